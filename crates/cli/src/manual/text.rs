//! What `blattwerk backends` prints.

use blattwerk_transformer::Runtime;

use super::section::{Key, Section, put, value, wrap};

/// Lists the backends and keys of some sections.
pub(crate) fn text<'a>(sections: impl IntoIterator<Item = &'a Section>) -> String {
    let mut out = String::new();
    for section in sections {
        wrap(
            &mut out,
            &section.about,
            &format!("[{}]  ", section.name),
            "  ",
        );
        for backend in &section.backends {
            let mut indent = "  ";
            if section.has_backends() {
                let default = if backend.name == section.default {
                    "  (default)"
                } else {
                    ""
                };
                put(
                    &mut out,
                    format_args!("\n  backend = \"{}\"{default}\n", backend.name),
                );
                wrap(&mut out, &backend.about, "    ", "    ");
                indent = "      ";
            }
            if let Some(runtimes) = runtimes(&backend.name) {
                wrap(&mut out, &runtimes, "    ", "    ");
            }
            for key in &backend.keys {
                describe(&mut out, key, "", indent);
            }
        }
        out.push('\n');
    }
    out
}

fn describe(out: &mut String, key: &Key, parent: &str, indent: &str) {
    let name = format!("{parent}{}", key.name);
    if !key.inner.is_empty() {
        for inner in &key.inner {
            describe(out, inner, &format!("{name}."), indent);
        }
        return;
    }
    let line = match (key.default(), key.example()) {
        (Some(default), _) => format!("{indent}{name} = {default}\n"),
        (None, Some(example)) => format!("{indent}{name}  (for example {example})\n"),
        (None, None) => format!("{indent}{name}\n"),
    };
    out.push_str(&line);
    let indent = format!("{indent}    ");
    wrap(out, &key.about, &indent, &indent);
    for (choice, about) in &key.choices {
        let first = format!("{indent}{}: ", value(choice));
        wrap(out, about, &first, &format!("{indent}  "));
    }
}

/// Which runtimes this build has for a backend that runs transformer models.
fn runtimes(backend: &str) -> Option<String> {
    let all = Runtime::ALL.into_iter();
    let all: Vec<String> = all
        .filter(|runtime| runtime.backend() == backend)
        .map(|runtime| {
            let (name, feature) = (runtime.as_str(), runtime.feature());
            if runtime.is_built() {
                format!("`{name}`")
            } else {
                format!("not `{name}` (cargo feature `{feature}`)")
            }
        })
        .collect();
    (!all.is_empty()).then(|| format!("runtimes in this build: {}", all.join(", ")))
}
