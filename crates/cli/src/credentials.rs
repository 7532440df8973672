//! Who calls: the token that every call shows. It comes from the environment or a file and never from an argument, which every
//! process of the machine could read.

use std::path::Path;

use holdfast_dial::Bearer;

use crate::args::Global;
use crate::contexts::Secret;
use crate::failure::Failure;

/// Where a token may be.
pub const TOKEN: &str = "HOLDFAST_TOKEN";

/// What the calls of this command line show.
pub fn bearer(global: &Global) -> Result<Bearer, Failure> {
    let Some(token) = token(global)? else { return Ok(Bearer::default()) };
    let none = "the token holds what no header can hold";
    Bearer::of(&token).ok_or_else(|| Failure::Usage(none.into()))
}

/// The token of this command line, if there is one.
pub fn token(global: &Global) -> Result<Option<String>, Failure> {
    let (token, from) = match &global.token_file {
        Some(path) => (read(path)?, path.display().to_string()),
        None => match std::env::var_os(TOKEN).filter(|token| !token.is_empty()) {
            Some(token) => (token.to_string_lossy().into_owned(), TOKEN.to_owned()),
            None => match &global.token {
                Some(Secret(token)) => (token.clone(), "the context".to_owned()),
                None => return Ok(None),
            },
        },
    };
    let token = token.trim();
    if token.is_empty() || token.contains(char::is_whitespace) {
        return Err(Failure::Usage(format!("{from} holds no token, such as hf_...")));
    }
    Ok(Some(token.to_owned()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|source| Failure::File { path: path.to_owned(), source })
}

/// Whether the environment has a token, or the name of a file with one.
pub fn in_environment() -> bool {
    std::env::var_os(TOKEN).is_some_and(|token| !token.is_empty())
}
