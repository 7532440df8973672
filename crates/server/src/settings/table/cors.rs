//! Settings of pages of other origins.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "cors.origins",
        about: "Origins whose pages may call from a browser, with commas between them, or `*` for all. Empty: none.",
        of: |s| &mut s.cors.origins,
    },
    Setting {
        path: "cors.methods",
        about: "By which methods, with commas between them. Empty: all that the API has.",
        of: |s| &mut s.cors.methods,
    },
    Setting {
        path: "cors.headers",
        about: "With which headers, with commas between them. Empty: whichever they ask for.",
        of: |s| &mut s.cors.headers,
    },
    Setting {
        path: "cors.credentials",
        about: "Whether browsers send cookies and the like with such calls; then `cors.origins` has to name origins.",
        of: |s| &mut s.cors.credentials,
    },
];
