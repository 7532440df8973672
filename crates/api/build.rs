//! Compiles `proto/` into messages, services and the descriptor set for reflection, without `protoc`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{env, fs};

use tonic_build::manual::{Builder, Method, Service};

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
            services(&out, file.package(), service);
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

/// The server answers `Encoded<T>`, the client gets `T`: so both are generated on their own.
fn services(out: &Path, package: &str, service: &prost_types::ServiceDescriptorProto) {
    let build = |codec: &str, answer: &dyn Fn(String) -> String| {
        let mut built = Service::builder().name(service.name()).package(package);
        for method in &service.method {
            let output = answer(rust_path(method.output_type()));
            let mut rpc = Method::builder()
                .name(snake(method.name()))
                .route_name(method.name())
                .input_type(rust_path(method.input_type()))
                .output_type(output)
                .codec_path(codec);
            if method.server_streaming() {
                rpc = rpc.server_streaming();
            }
            built = built.method(rpc.build());
        }
        built.build()
    };
    let server = build("crate::codec::ServerCodec", &|t| format!("crate::codec::Encoded<{t}>"));
    let client = build("crate::codec::ClientCodec", &|t| t);
    let (servers, clients) = (out.join("server"), out.join("client"));
    for directory in [&servers, &clients] {
        fs::create_dir_all(directory).expect("OUT_DIR is writable");
    }
    Builder::new().build_client(false).out_dir(servers).compile(&[server]);
    Builder::new().build_server(false).out_dir(clients).compile(&[client]);
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
