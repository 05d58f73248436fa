//! Every column of sealed values is declared, so that a change of the master key forgets none.

use std::collections::BTreeSet;

use jizuo_kernel::schema::byte_columns;
use jizuo_server::MODULES;

/// Bytes that are no sealed value.
const PLAIN: &[(&str, &str)] = &[
    // The answer that a retry is given.
    ("base_idempotency", "body"),
    // Sealed under the key beside it, which is declared.
    ("base_attachment_content", "content"),
];

#[test]
fn every_column_of_bytes_is_declared_as_sealed_or_said_to_be_plain() {
    for module in MODULES {
        let declared: BTreeSet<_> = module.sealed.iter().map(|s| (s.table, s.column.to_owned())).collect();
        let there: BTreeSet<_> = byte_columns(module.migrations).into_iter().collect();
        for (table, column) in &there {
            let plain = PLAIN.contains(&(table, column.as_str()));
            assert!(
                plain != declared.contains(&(*table, column.clone())),
                "{table}.{column}: list it in `sealed` of the module {}, or say above why it is plain",
                module.id
            );
        }
        for (table, column) in &declared {
            assert!(there.contains(&(table, column.clone())), "{table}.{column} is declared and not there");
        }
    }
}

#[test]
fn every_purpose_that_something_is_sealed_for_is_declared() {
    let declared: BTreeSet<_> = MODULES.iter().flat_map(|module| module.sealed).map(|s| s.purpose).collect();
    for (path, text) in super::house::sources(&["crates/kernel/src", "modules"]) {
        for part in text.split(".seal(\"").skip(1) {
            let purpose = part.split('"').next().unwrap_or_default();
            let known = declared.contains(purpose) || path.ends_with("keyring.rs");
            assert!(known, "{path} seals for '{purpose}', which no module declares in `sealed`");
        }
    }
}
