//! Compiles `proto/` into messages, services and the descriptor set for reflection, without `protoc`.

use std::error::Error;
use std::fmt::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

use prost_types::ServiceDescriptorProto;

const FILES: [&str; 7] = [
    "config/v1/config.proto",
    "holdfast/v1/holdfast.proto",
    "holdfast/v1/trust.proto",
    "holdfast/v1/admin.proto",
    "stategate/schema.proto",
    "google/rpc/status.proto",
    "google/rpc/error_details.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let protos = protos(Path::new(&env::var("CARGO_MANIFEST_DIR")?)).canonicalize()?;
    println!("cargo:rerun-if-changed={}", protos.display());

    let mut compiler = protox::Compiler::new([&protos])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    let descriptors = out.join("descriptors.bin");
    fs::write(&descriptors, compiler.encode_file_descriptor_set())?;
    // The generator of messages has Cargo watch this file. One that was written just now would look changed the next time, and be written anew, and
    // everything that depends on this crate be compiled again with each command.
    fs::File::options().write(true).open(&descriptors)?.set_modified(SystemTime::UNIX_EPOCH)?;

    messages(&descriptors)?;
    for file in compiler.file_descriptor_set().file {
        for service in &file.service {
            services(&out, file.package(), service)?;
        }
    }
    Ok(())
}

/// `proto` is a link to the repository's one copy, which a package of this crate holds as files. A checkout without links has it
/// above the crate.
fn protos(crate_root: &Path) -> PathBuf {
    let own = crate_root.join("proto");
    if own.is_dir() { own } else { crate_root.join("../../proto") }
}

fn messages(descriptors: &Path) -> Result<(), Box<dyn Error>> {
    buffa_build::Config::new()
        .descriptor_set(descriptors)
        .files(&FILES)
        .include_file("messages.rs")
        .generate_json(true)
        .generate_views(false)
        .use_bytes_type()
        .compile()
}

/// Of each service what is of its own: the trait of those who serve it, with its methods in a table, and the methods of its client. All
/// else is in `src/server.rs` and `src/client.rs`, where it is compiled once and not for each pair of messages.
fn services(out: &Path, package: &str, service: &ServiceDescriptorProto) -> fmt::Result {
    let sends = service.method.iter().find(|method| method.client_streaming());
    assert!(sends.is_none(), "calls that send streams are not generated: {sends:?}");
    let mut text = String::new();
    let path = format!("{package}.{}", service.name());
    server(&mut text, &path, service)?;
    client(&mut text, &path, service)?;
    fs::write(out.join(format!("{path}.rs")), text).expect("OUT_DIR is writable");
    Ok(())
}

fn server(out: &mut String, path: &str, service: &ServiceDescriptorProto) -> fmt::Result {
    let name = service.name();
    let (mut methods, mut table, mut arms) = (String::new(), String::new(), String::new());
    for (index, method) in service.method.iter().enumerate() {
        let (call, route) = (snake(method.name()), method.name());
        let (input, output) = (rust_path(method.input_type()), rust_path(method.output_type()));
        let answer = format!("crate::Encoded<{output}>");
        let (answer, kind) = if method.server_streaming() {
            let stream = format!("{route}Stream");
            writeln!(
                methods,
                "type {stream}: Stream<Item = Result<{answer}, Status>> + Send + 'static;"
            )?;
            (format!("Self::{stream}"), "streaming")
        } else {
            (answer, "unary")
        };
        writeln!(
            methods,
            "async fn {call}(&self, request: Request<{input}>) -> Result<Response<{answer}>, Status>;"
        )?;
        writeln!(table, "Method::new::<{input}>(\"/{path}/{route}\"),")?;
        writeln!(arms, "{index} => server::{kind}(request, |request| self.0.{call}(request)),")?;
    }
    write!(
        out,
        "/// The side of the server.
        #[allow(unused_imports)]
        pub mod {module}_server {{
            use tonic::codegen::tokio_stream::Stream;
            use tonic::{{Request, Response, Status}};

            use crate::codec::Incoming;
            use crate::server::{{self, Handler, Handling, Method, Server}};

            /// What the service is called in paths.
            pub const SERVICE_NAME: &str = \"{path}\";

            const METHODS: &[Method] = &[{table}];

            /// Who serves it.
            #[tonic::async_trait]
            pub trait {name}: Send + Sync + 'static {{
                {methods}
            }}

            /// The service behind gRPC.
            pub fn server(service: impl {name}) -> Server {{
                Server::new(SERVICE_NAME, METHODS, Served(service))
            }}

            struct Served<T>(T);

            impl<T: {name}> Handler for Served<T> {{
                fn handle(&self, method: usize, request: Request<Incoming>) -> Handling<'_> {{
                    match method {{
                        {arms}
                        _ => server::nobody(),
                    }}
                }}
            }}
        }}
        ",
        module = snake(name),
    )
}

fn client(out: &mut String, path: &str, service: &ServiceDescriptorProto) -> fmt::Result {
    let name = service.name();
    let mut methods = String::new();
    for method in &service.method {
        let (call, route) = (snake(method.name()), method.name());
        let (input, output) = (rust_path(method.input_type()), rust_path(method.output_type()));
        let (kind, answer) = match method.server_streaming() {
            true => ("streaming", "Opening"),
            false => ("unary", "Calling"),
        };
        write!(
            methods,
            "pub fn {call}(&mut self, request: impl IntoRequest<{input}>) -> {answer}<'_, {output}> {{
                const METHOD: &Method =
                    &Method {{ service: \"{path}\", name: \"{route}\", path: \"/{path}/{route}\" }};
                self.inner.{kind}(METHOD, request)
            }}
            "
        )?;
    }
    write!(
        out,
        "/// The side of the client.
        #[allow(unused_imports)]
        pub mod {module}_client {{
            use tonic::IntoRequest;

            use crate::client::{{Calling, Client, Connection, Method, Opening}};

            /// The service over such a connection.
            #[derive(Debug, Clone)]
            pub struct {name}Client<T> {{
                inner: Client<T>,
            }}

            impl<T: Connection> {name}Client<T> {{
                /// Over this connection.
                pub fn new(connection: T) -> Self {{
                    Self {{ inner: Client::new(connection) }}
                }}

                /// A message of an answer may have so many bytes, 4 MiB by default.
                #[must_use]
                pub fn max_decoding_message_size(self, bytes: usize) -> Self {{
                    Self {{ inner: self.inner.max_decoding_message_size(bytes) }}
                }}

                {methods}
            }}
        }}
        ",
        module = snake(name),
    )
}

/// `.config.v1.GetRequest` -> `crate::config_v1::GetRequest`.
fn rust_path(proto: &str) -> String {
    if let Some(known) = proto.strip_prefix(".google.protobuf.") {
        return format!("buffa_types::google::protobuf::{known}");
    }
    let (package, name) = proto.trim_start_matches('.').rsplit_once('.').expect("a package");
    format!("crate::{}::{name}", package.replace('.', "_"))
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
