// A judge of queries: a MongoDB-compatible server in this process, asked through the official driver.
//
// Each line of standard input is a round: {"documents": [..], "cases": [{"filter": .., "sort": "a.b", "reverse": false}]}.
// Each line of standard output is its answer: {"answers": [{"ids": [..]} or {"error": ".."}]}, one for each case. Documents
// come back by `_id`, or by `sort` and then by `_id`. Every number is a double, as in a protobuf Struct.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// How long one question may take.
const patience = time.Minute

// The longest round, in bytes.
const roundBytes = 64 << 20

type question struct {
	Filter  json.RawMessage `json:"filter"`
	Sort    string          `json:"sort"`
	Reverse bool            `json:"reverse"`
}

type round struct {
	Documents []json.RawMessage `json:"documents"`
	Cases     []question        `json:"cases"`
}

type answer struct {
	IDs   []string `json:"ids"`
	Error string   `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	place, err := os.MkdirTemp("", "judge")
	if err != nil {
		log.Fatal(err)
	}
	err = serve(place)
	os.RemoveAll(place)
	if err != nil {
		log.Fatal(err)
	}
}

// serve starts the server in a directory of its own and answers until its input ends.
func serve(place string) error {
	// The server keeps a file of its own where it runs.
	if err := os.Chdir(place); err != nil {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + filepath.ToSlash(place) + "/?mode=memory",
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	err = rounds(ctx, server.MongoDBURI())
	cancel()
	return errors.Join(err, <-ended)
}

func rounds(ctx context.Context, uri string) error {
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer client.Disconnect(ctx)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, roundBytes)
	out := json.NewEncoder(os.Stdout)
	for number := 0; lines.Scan(); number++ {
		var asked round
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			return fmt.Errorf("round %d: %w", number, err)
		}
		answers, err := judge(ctx, client.Database("judge").Collection(fmt.Sprint("round", number)), asked)
		if err != nil {
			return fmt.Errorf("round %d: %w", number, err)
		}
		if err := out.Encode(map[string]any{"answers": answers}); err != nil {
			return err
		}
	}
	return lines.Err()
}

func judge(ctx context.Context, collection *mongo.Collection, asked round) ([]answer, error) {
	documents := make([]any, 0, len(asked.Documents))
	for _, text := range asked.Documents {
		document, err := ordered(text)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	if _, err := collection.InsertMany(ctx, documents); err != nil {
		return nil, err
	}
	answers := make([]answer, 0, len(asked.Cases))
	for _, one := range asked.Cases {
		answers = append(answers, find(ctx, collection, one))
	}
	return answers, collection.Drop(ctx)
}

func find(ctx context.Context, collection *mongo.Collection, asked question) answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	filter, err := ordered(asked.Filter)
	if err != nil {
		return answer{Error: err.Error()}
	}
	how := options.Find().SetProjection(bson.D{{Key: "_id", Value: true}}).SetSort(order(asked))
	cursor, err := collection.Find(ctx, filter, how)
	if err != nil {
		return answer{Error: err.Error()}
	}
	var found []struct {
		ID string `bson:"_id"`
	}
	if err := cursor.All(ctx, &found); err != nil {
		return answer{Error: err.Error()}
	}
	ids := make([]string, 0, len(found))
	for _, document := range found {
		ids = append(ids, document.ID)
	}
	return answer{IDs: ids}
}

func order(asked question) bson.D {
	direction := 1
	if asked.Reverse {
		direction = -1
	}
	switch asked.Sort {
	case "":
		return bson.D{{Key: "_id", Value: 1}}
	case "_id":
		return bson.D{{Key: "_id", Value: direction}}
	default:
		return bson.D{{Key: asked.Sort, Value: direction}, {Key: "_id", Value: 1}}
	}
}

// ordered reads JSON with the members of its objects in their order.
func ordered(text []byte) (any, error) {
	from := json.NewDecoder(bytes.NewReader(text))
	value, err := next(from)
	if err != nil {
		return nil, err
	}
	if _, err := from.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	return value, nil
}

func next(from *json.Decoder) (any, error) {
	token, err := from.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return members(from)
	case json.Delim('['):
		return items(from)
	default:
		return token, nil
	}
}

func members(from *json.Decoder) (any, error) {
	object := bson.D{}
	for from.More() {
		name, err := from.Token()
		if err != nil {
			return nil, err
		}
		value, err := next(from)
		if err != nil {
			return nil, err
		}
		object = append(object, bson.E{Key: name.(string), Value: value})
	}
	_, err := from.Token()
	return object, err
}

func items(from *json.Decoder) (any, error) {
	array := bson.A{}
	for from.More() {
		value, err := next(from)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	_, err := from.Token()
	return array, err
}
