//! The name of a chain: transformers, outermost first, then a codec.

/// Says that the server is not meant to look inside.
const CLIENT: &str = "client:";

/// The parts of a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain<'a> {
    /// The name without what only speaks to the server.
    name: &'a str,
}

impl<'a> Chain<'a> {
    pub(super) fn parse(name: &'a str) -> Self {
        Self { name: name.strip_prefix(CLIENT).unwrap_or(name) }
    }

    /// What is left when every transformer is undone.
    pub(super) fn codec(&self) -> &'a str {
        self.name.rsplit(':').next().unwrap_or(self.name)
    }

    /// Outermost first.
    pub(super) fn transformers(&self) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        let before = self.name.rsplit_once(':').map(|(before, _)| before);
        before.into_iter().flat_map(|before| before.split(':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transformers_stand_in_front_of_the_codec() {
        for (name, transformers, codec) in [
            ("json", &[][..], "json"),
            ("client:json", &[], "json"),
            ("client:encrypted:json", &["encrypted"], "json"),
            ("a:b:yaml", &["a", "b"], "yaml"),
            ("client:a:", &["a"], ""),
        ] {
            let chain = Chain::parse(name);
            assert_eq!(chain.transformers().collect::<Vec<_>>(), transformers, "{name}");
            assert_eq!(chain.codec(), codec, "{name}");
        }
    }
}
