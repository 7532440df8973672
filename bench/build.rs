//! Compiles the client of etcd, and the service of the echo server: config.v1 with nothing but `Get`, so that one client
//! speaks to it and to Holdfast.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tonic_build::manual::{Builder, Method, Service};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let protos = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("proto");
    println!("cargo:rerun-if-changed={}", protos.display());

    let mut compiler = protox::Compiler::new([&protos])?;
    compiler.include_imports(true).open_files(["etcd.proto"])?;
    let descriptors = out.join("descriptors.bin");
    fs::write(&descriptors, compiler.encode_file_descriptor_set())?;
    buffa_build::Config::new()
        .descriptor_set(&descriptors)
        .files(&["etcd.proto"])
        .include_file("messages.rs")
        .generate_views(false)
        .use_bytes_type()
        .compile()?;

    Builder::new().build_server(false).out_dir(&out).compile(&[etcd()]);
    Builder::new().build_client(false).out_dir(&out).compile(&[echo()]);
    Ok(())
}

fn etcd() -> Service {
    let method = |route: &str| {
        Method::builder()
            .name(route.to_lowercase())
            .route_name(route)
            .input_type(format!("super::{route}Request"))
            .output_type(format!("super::{route}Response"))
            .codec_path("crate::codec::Codec")
            .build()
    };
    let methods = ["Range", "Put", "Txn"].map(method);
    let service = Service::builder().name("KV").package("etcdserverpb");
    methods.into_iter().fold(service, |service, method| service.method(method)).build()
}

fn echo() -> Service {
    let get = Method::builder()
        .name("get")
        .route_name("Get")
        .input_type("holdfast_api::config_v1::GetRequest")
        .output_type("holdfast_api::config_v1::GetResponse")
        .codec_path("crate::codec::Codec")
        .build();
    Service::builder().name("ConfigService").package("config.v1").method(get).build()
}
