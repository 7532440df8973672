//! Paths without the names in them, as the OpenAPI document writes them.

use crate::http::openapi;

/// The paths that there are.
pub(super) struct Routes(Vec<String>);

/// Paths that stand in no document.
const OTHERS: [&str; 2] = ["/livez", "/readyz"];

impl Routes {
    /// Those that the document names.
    pub(super) fn of_document() -> Self {
        let document = openapi::document();
        let paths = document["paths"].as_object().into_iter().flatten().map(|(path, _)| path);
        Self(paths.cloned().chain(OTHERS.map(str::to_owned)).collect())
    }

    /// The route of a path; `None`: nobody serves it.
    pub(super) fn of(&self, path: &str) -> Option<&str> {
        let parts: Vec<&str> = path.split('/').collect();
        let served = self.0.iter().filter(|route| {
            let route: Vec<&str> = route.split('/').collect();
            matches(&route, &parts)
        });
        // The one that says more by name.
        served.max_by_key(|route| route.len()).map(String::as_str)
    }
}

/// A key or an alias may have slashes in it; every other name is one part.
fn matches(route: &[&str], parts: &[&str]) -> bool {
    match (route.split_first(), parts.split_first()) {
        (None, None) => true,
        (Some((name, route)), Some((part, rest))) if !name.starts_with('{') => {
            name == part && matches(route, rest)
        }
        (Some((&("{key}" | "{alias}"), route)), Some(_)) => {
            let most = parts.len().saturating_sub(route.len());
            most >= 1 && matches(route, &parts[most..])
        }
        (Some((_, route)), Some((_, rest))) => matches(route, rest),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_in_routes() {
        let routes = Routes::of_document();
        for (path, route) in [
            ("/v1/namespaces", "/v1/namespaces"),
            ("/v1/namespaces/prod/keys", "/v1/namespaces/{namespace}/keys"),
            ("/v1/namespaces/prod/keys/a/b", "/v1/namespaces/{namespace}/keys/{key}"),
            (
                "/v1/namespaces/prod/keys/a/versions",
                "/v1/namespaces/{namespace}/keys/{key}/versions",
            ),
            ("/v1/aliases/a/b", "/v1/aliases/{alias}"),
            ("/v2/commit", "/v2/commit"),
            ("/v2/groups/a/b/c", "/v2/groups/{domain}/{type}/{name}"),
            ("/api/graphql", "/api/graphql"),
            ("/livez", "/livez"),
        ] {
            assert_eq!(routes.of(path), Some(route), "{path}");
        }
        for path in ["/", "", "/secret", "/v1/namespaces/a/b/c/d", "/v1/watch/x"] {
            assert_eq!(routes.of(path), None, "{path}");
        }
    }
}
