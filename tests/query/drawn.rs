//! Random documents and filters: few names and few values, so that they meet.

use holdfast_tests::dice::Dice;
use serde_json::{Map, Value, json};

const NAMES: [&str; 4] = ["a", "b", "c", "0"];
const TEXTS: [&str; 7] = ["", "a", "ab", "b", "B", "é", "a b"];
const PATTERNS: [&str; 8] = ["a", "^a", "b$", "^ab?$", "A", ".", "[ab]b", "^$"];
const KINDS: [&str; 8] = ["number", "string", "object", "array", "bool", "null", "double", "int"];

/// What is drawn; each answer is used up.
pub(crate) struct Drawn<'d> {
    pub(crate) dice: &'d mut Dice,
    /// Also what the judge has not: arrays in arrays, numbers beyond doubles, `$expr`, `$text`.
    pub(crate) wild: bool,
    /// Paths in the documents that were drawn, with what they lead to.
    pub(crate) there: Vec<(String, Value)>,
}

/// Everything in a value by its path: through objects and indexes, and past the indexes of arrays.
fn paths(path: &str, value: &Value, to: &mut Vec<(String, Value)>) {
    if !path.is_empty() {
        to.push((path.to_owned(), value.clone()));
    }
    let under =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| paths(&under(name), member, to));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                paths(path, item, to);
                paths(&under(&at.to_string()), item, to);
            }
        }
        _ => {}
    }
}

impl<'d> Drawn<'d> {
    pub(crate) fn new(dice: &'d mut Dice, wild: bool) -> Self {
        Self { dice, wild, there: Vec::new() }
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        let at = usize::try_from(self.dice.below(from.len() as u64)).expect("it is small");
        from[at]
    }

    fn some<T>(&mut self, most: u64, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let many = self.dice.below(most + 1);
        (0..many).map(|_| one(self)).collect()
    }

    /// Documents with their number as `_id`.
    pub(crate) fn documents(&mut self, many: usize) -> Vec<Value> {
        let numbered = (0..many).map(|number| {
            let Value::Object(mut members) = self.object(3) else { unreachable!("an object") };
            members.insert("_id".to_owned(), json!(format!("k{number:03}")));
            Value::Object(members)
        });
        let documents: Vec<_> = numbered.collect();
        self.there.clear();
        documents.iter().for_each(|document| paths("", document, &mut self.there));
        documents
    }

    /// A path in some document, and what is there.
    fn one_that_is_there(&mut self) -> (String, Value) {
        let at = usize::try_from(self.dice.below(self.there.len() as u64)).expect("it is small");
        self.there[at].clone()
    }

    fn scalar(&mut self) -> Value {
        match self.dice.below(10) {
            0 => Value::Null,
            1 => json!(self.dice.once_in(2)),
            2..=4 => json!(self.of(&TEXTS)),
            5 if self.wild => self
                .of(&[
                    &json!(9_007_199_254_740_993_i64),
                    &json!(9_007_199_254_740_992.0),
                    &json!(u64::MAX),
                    &json!(18_446_744_073_709_551_616.0),
                    &json!(i64::MIN),
                    &json!(1e300),
                    &json!(-0.0),
                ])
                .clone(),
            5 | 6 => json!(f64::from(self.of(&[-3_i8, -1, 1, 3, 5])) / 2.0),
            _ => json!(self.of(&[-2, 0, 1, 2, 3, 5])),
        }
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.dice.below(10) {
            0..=4 => self.scalar(),
            _ if depth == 0 => self.scalar(),
            5..=7 => Value::Array(self.some(3, |drawn| drawn.item(depth - 1))),
            _ => self.object(depth - 1),
        }
    }

    fn item(&mut self, depth: u64) -> Value {
        let item = self.value(depth);
        if item.is_array() && !self.wild { self.object(depth) } else { item }
    }

    fn object(&mut self, depth: u64) -> Value {
        let members = self.some(3, |drawn| (drawn.of(&NAMES).to_owned(), drawn.value(depth)));
        Value::Object(members.into_iter().collect())
    }

    /// A path of up to three segments.
    pub(crate) fn path(&mut self) -> String {
        let mut path = self.of(&["a", "b", "c", "a", "_id"]).to_owned();
        while path != "_id" && self.dice.once_in(2) && path.len() < 5 {
            path.push('.');
            path.push_str(self.of(&["a", "b", "c", "0", "1"]));
        }
        path
    }

    /// A filter of some depth.
    pub(crate) fn filter(&mut self, depth: u64) -> Value {
        let mut members = Map::new();
        for _ in 0..=self.dice.below(2) {
            if depth > 0 && self.dice.once_in(5) {
                let name = self.of(&["$and", "$or", "$nor"]);
                let ways = (0..=self.dice.below(2)).map(|_| self.filter(depth - 1)).collect();
                members.insert(name.to_owned(), Value::Array(ways));
            } else if depth > 0 && self.wild && self.dice.once_in(15) {
                members.insert("$expr".to_owned(), self.expression(2));
            } else if depth > 0 && self.wild && self.dice.once_in(40) {
                let words = json!({"$search": self.of(&["a", "a b", "-b a", "\"a b\"", "B", "é"])});
                members.insert("$text".to_owned(), words);
            } else {
                let (path, value) = if self.dice.once_in(2) {
                    self.one_that_is_there()
                } else {
                    (self.path(), self.value(2))
                };
                members.insert(path, self.condition(depth, value));
            }
        }
        Value::Object(members)
    }

    fn condition(&mut self, depth: u64, value: Value) -> Value {
        if self.dice.once_in(3) {
            return value;
        }
        let mut operators = Map::new();
        for _ in 0..=self.dice.below(8) / 6 {
            self.operator(depth, value.clone(), &mut operators);
        }
        Value::Object(operators)
    }

    /// A list of values that may have this one in it.
    fn list(&mut self, value: Value) -> Value {
        let mut values = self.some(2, |drawn| drawn.value(1));
        values.push(value);
        Value::Array(values)
    }

    fn operator(&mut self, depth: u64, value: Value, to: &mut Map<String, Value>) {
        let (name, operand) = match self.dice.below(16) {
            0 => ("$eq", value),
            1 => ("$ne", value),
            2..=5 => (self.of(&["$gt", "$gte", "$lt", "$lte"]), value),
            6 => ("$in", self.list(value)),
            7 => ("$nin", self.list(value)),
            8 => ("$exists", json!(self.dice.once_in(2))),
            9 => ("$type", self.kinds()),
            10 => ("$size", json!(self.dice.below(4))),
            11 => ("$mod", json!([self.of(&[1, 2, 3, -2]), self.of(&[0, 1, -1])])),
            12 => ("$all", Value::Array(self.some(2, |drawn| drawn.one_that_is_there().1))),
            13 => ("$regex", json!(self.of(&PATTERNS))),
            14 if depth > 0 => ("$not", self.single(depth - 1, value)),
            15 if depth > 0 => ("$elemMatch", self.element(depth - 1, value)),
            _ => ("$eq", self.scalar()),
        };
        if name == "$regex" && self.dice.once_in(3) {
            to.insert("$options".to_owned(), json!("i"));
        }
        to.insert(name.to_owned(), operand);
    }

    fn kinds(&mut self) -> Value {
        match self.dice.below(3) {
            0 => json!([self.of(&KINDS), self.of(&KINDS)]),
            1 => json!(self.of(&[1, 2, 3, 4, 8, 10, 16])),
            _ => json!(self.of(&KINDS)),
        }
    }

    fn single(&mut self, depth: u64, value: Value) -> Value {
        let mut operators = Map::new();
        self.operator(depth, value, &mut operators);
        Value::Object(operators)
    }

    fn element(&mut self, depth: u64, value: Value) -> Value {
        match value {
            Value::Object(members) if self.dice.once_in(2) => Value::Object(members),
            _ if self.dice.once_in(3) => self.filter(0),
            value => self.single(depth, value),
        }
    }

    /// What `$expr` takes.
    fn expression(&mut self, depth: u64) -> Value {
        let compared = self.of(&["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]);
        match self.dice.below(8) {
            0 if depth > 0 => {
                json!({"$and": [self.expression(depth - 1), self.expression(depth - 1)]})
            }
            1 if depth > 0 => {
                json!({"$or": [self.expression(depth - 1), self.expression(depth - 1)]})
            }
            2 if depth > 0 => json!({"$not": [self.expression(depth - 1)]}),
            3 => json!({"$in": [self.operand(depth), [self.operand(0), self.operand(0)]]}),
            4 => json!({"$cond": [self.operand(0), self.operand(0), self.operand(0)]}),
            _ => json!({compared: [self.operand(depth), self.operand(depth)]}),
        }
    }

    fn operand(&mut self, depth: u64) -> Value {
        let sum = self.of(&["$add", "$multiply", "$subtract", "$divide", "$mod"]);
        match self.dice.below(10) {
            0 if depth > 0 => json!({sum: [self.operand(depth - 1), self.operand(depth - 1)]}),
            1 if depth > 0 => json!({"$ifNull": [self.operand(0), self.operand(0)]}),
            2 if depth > 0 => json!({"$concat": [self.operand(0), self.of(&TEXTS)]}),
            3 if depth > 0 => json!({self.of(&["$toLower", "$toUpper"]): self.operand(0)}),
            4 if depth > 0 => json!({"$size": format!("${}", self.path())}),
            5 | 6 => json!({"$literal": self.value(1)}),
            _ => json!(format!("${}", self.path())),
        }
    }
}
