//! Settings of scheduled backups.

use super::Setting;

/// See [`super::all`].
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        path: "backup.schedule",
        about: "When the server backs itself up (`docs/backup.md`): minute, hour, day of the month, month, day of the week, such as `0 3 * * *`; a sixth field before them is the second. Not set: never. Embedded store only.",
        of: |s| &mut s.backup.schedule,
    },
    Setting {
        path: "backup.dir",
        about: "Directory of scheduled backups. It is created when it is missing. Better on another disk than `data_dir`.",
        of: |s| &mut s.backup.dir,
    },
    Setting {
        path: "backup.keep",
        about: "How many scheduled backups are kept, the newest.",
        of: |s| &mut s.backup.keep,
    },
];
