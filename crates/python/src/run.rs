//! A run over files, in the process of Python.

use std::path::PathBuf;

use blattwerk_pipeline::own;
use blattwerk_pipeline::record::Progress;
use blattwerk_pipeline::run::{Event, Options, Outcome, Run, Start, Stop};
use blattwerk_pipeline::schedule;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::layers::{Layers, value_error};

/// Runs over files, and returns the content of `run.json` as JSON.
///
/// `watch` is called with the articles, failures and bytes read so far, and the bytes of all files. It is called between two
/// chunks; if it raises an exception, or there is a signal whose handler does, the run stops, ready to be resumed.
#[pyfunction]
#[expect(
    clippy::needless_pass_by_value,
    reason = "arguments from Python are owned"
)]
pub(crate) fn run(
    py: Python<'_>,
    layers: Layers,
    input: Vec<String>,
    output: Option<PathBuf>,
    resume: bool,
    watch: Option<Py<PyAny>>,
) -> PyResult<String> {
    let failed = |error| value_error(&error);
    let mut loaded = layers.load()?;
    let mut inputs = loaded.inputs(&input).map_err(failed)?;
    let folder = output.unwrap_or_else(|| loaded.root.join(&loaded.config.output.folder));
    let files: Vec<PathBuf> = layers.file.iter().map(|(path, _)| path.clone()).collect();
    own::leave_out(&mut inputs, &loaded, &folder, &files).map_err(failed)?;
    let folder = schedule::place(&mut loaded, &folder).map_err(failed)?;
    let total = inputs.total_bytes();
    let stop = Stop::default();
    let options = Options {
        start: if resume { Start::Resume } else { Start::New },
        stop: stop.clone(),
        ..Options::default()
    };
    let mut raised = None;
    let mut tell = |counts: &Progress| {
        let told = Python::attach(|py| {
            if let Some(watch) = &watch {
                watch.call1(py, (counts.articles, counts.failures, counts.read, total))?;
            }
            py.check_signals()
        });
        if let Err(error) = told
            && raised.is_none()
        {
            raised = Some(error);
            stop.ask();
        }
    };
    let outcome = py.detach(|| {
        let run = Run::prepare(loaded, inputs, folder, options)?;
        run.start(&mut |event| {
            if let Event::Progress(counts) | Event::Resumed(counts) = event {
                tell(counts);
            }
        })
    });
    match (outcome, raised) {
        (_, Some(error)) => Err(error),
        (Ok(Outcome::Complete(record)), None) => {
            serde_json::to_string(&record).map_err(|error| PyValueError::new_err(error.to_string()))
        }
        (Ok(Outcome::Stopped(_)), None) => Err(PyValueError::new_err("the run was stopped")),
        (Err(error), None) => Err(value_error(&error)),
    }
}
