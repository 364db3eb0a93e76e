//! The native part of the Python package `blattwerk`: articles as Arrow in, layers as Arrow out.
//!
//! It is as small as it can be: rows become articles as `blattwerk_pipeline::input` makes them, go through the stages by
//! `flow`, and become typed columns as `output` writes them. What is about Python (columns of a table, configs as
//! dictionaries, processes that fork) is written in Python, in `python/blattwerk`.

#![expect(
    clippy::needless_pass_by_value,
    reason = "functions get values of their own from Python"
)]

mod columns;
mod layers;
mod run;

use std::ffi::OsString;
use std::mem::{self, ManuallyDrop};
use std::ops::Deref;
use std::process::{self, ExitCode};
use std::sync::Arc;

use arrow_array::{Array, LargeBinaryArray, RecordBatch};
use arrow_pyarrow::PyArrowType;
use blattwerk_pipeline::config::Loaded;
use blattwerk_pipeline::fate::{Failed, Fate};
use blattwerk_pipeline::flow::Flow;
use blattwerk_pipeline::input::{Item, Rows};
use blattwerk_pipeline::output::Frames;
use blattwerk_pipeline::stages::STAGES;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use self::columns::Row;
use self::layers::{Layers, value_error};

/// Backends that have threads or processes of their own, which a forked process would not have. The encoder's threads end with
/// each call.
const UNFIT_TO_FORK: &[&str] = &["command", "onnx", "ort", "rust-bert"];

/// Checks all keys and values of a config, without loading models.
#[pyfunction]
fn check(layers: Layers) -> PyResult<()> {
    layers.load().map(drop)
}

/// The stages with their models.
#[pyclass(frozen)]
struct Stages {
    flow: Owned<Flow>,
    frames: Frames,
    loaded: Loaded,
    /// Whether a forked process can use it.
    #[pyo3(get)]
    survives_fork: bool,
}

#[pymethods]
impl Stages {
    #[new]
    fn new(py: Python<'_>, layers: Layers) -> PyResult<Self> {
        let loaded = layers.load()?;
        let steps = py.detach(|| loaded.build());
        let is_fit = |backend: &str| !UNFIT_TO_FORK.contains(&backend);
        Ok(Self {
            flow: Owned::new(Flow::new(steps.map_err(|error| value_error(&error))?)),
            frames: Frames::new(&loaded),
            survives_fork: STAGES
                .iter()
                .all(|stage| is_fit(loaded.backend(stage.name()))),
            loaded,
        })
    }

    /// Returns the columns of an article among those of a table, as pairs of role and index.
    fn columns(&self, names: Vec<String>) -> PyResult<Vec<(&'static str, usize)>> {
        Ok(self.rows(&names)?.columns().collect())
    }

    /// Takes the rows of a batch through the stages, and returns the columns of the layers, a row each.
    ///
    /// `names` are those of the columns; all are binary. `first` is the number of the first row.
    fn process(
        &self,
        py: Python<'_>,
        pool: &Pool,
        batch: PyArrowType<RecordBatch>,
        names: Vec<String>,
        first: u64,
    ) -> PyResult<PyArrowType<RecordBatch>> {
        let batch = batch.0;
        let rows = self.rows(&names)?;
        let columns: Option<Vec<&LargeBinaryArray>> = batch
            .columns()
            .iter()
            .map(|column| column.as_any().downcast_ref())
            .collect();
        let columns =
            columns.ok_or_else(|| PyValueError::new_err("expected columns of binary data"))?;
        let found = py.detach(|| {
            pool.0.install(|| {
                let numbers = 0..batch.num_rows();
                let items: Vec<Item> = numbers
                    .into_par_iter()
                    .map(|index| {
                        let cell = |column: usize| {
                            let column = columns.get(column)?;
                            column.is_valid(index).then(|| column.value(index))
                        };
                        rows.item(first + index as u64, cell).parse().item
                    })
                    .collect();
                self.layers(items)
            })
        });
        let found = found.map_err(|error| value_error(&error))?;
        Ok(PyArrowType(found))
    }
}

impl Stages {
    fn rows(&self, names: &[String]) -> PyResult<Rows> {
        Rows::new(&self.loaded.config.input, names).map_err(|error| value_error(&error))
    }

    /// Takes articles through the stages; what is none is a row that says why.
    fn layers(&self, items: Vec<Item>) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let mut rows: Vec<Row> = Vec::with_capacity(items.len());
        let mut documents = Vec::new();
        let mut places = Vec::new();
        for item in items {
            rows.push(match item {
                Item::Article(document) => {
                    places.push(rows.len());
                    documents.push(*document);
                    Row::default()
                }
                Item::Failure(failure) => Row::failed(failure.error),
                Item::Ignored(what) => Row::skipped(None, what.into()),
                Item::Unparsed(_) => unreachable!("all items are parsed first"),
            });
        }
        let mut done = Vec::new();
        for (fate, place) in self.flow.process(documents).into_iter().zip(places) {
            rows[place] = match fate {
                Fate::Done(document) => {
                    let row = Row::done(done.len(), &document);
                    done.push(document);
                    row
                }
                Fate::Skipped(skipped) => Row::skipped(skipped.document.language, skipped.reason),
                Fate::Failed(Failed { failure, .. }) => Row::failed(failure.error),
            };
        }
        columns::batch(&rows, &self.frames.of(&done, columns::TABLES))
    }
}

/// What only the process that made it takes down: a forked one would kill the programs of the other, or wait for its threads.
struct Owned<T> {
    value: Option<T>,
    process: u32,
}

impl<T> Owned<T> {
    fn new(value: T) -> Self {
        Self {
            value: Some(value),
            process: process::id(),
        }
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
            .as_ref()
            .expect("it is there until it is dropped")
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if process::id() != self.process {
            mem::forget(self.value.take());
        }
    }
}

/// Threads that stages work on. They are not taken down: in a forked process, there would be nobody to do it.
#[pyclass(frozen)]
struct Pool(ManuallyDrop<ThreadPool>);

#[pymethods]
impl Pool {
    /// Starts `threads` threads; 0 means one per processor.
    #[new]
    fn new(threads: usize) -> PyResult<Self> {
        let pool = ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool
            .thread_name(|index| format!("blattwerk-{index}"))
            .build();
        pool.map(|pool| Self(ManuallyDrop::new(pool)))
            .map_err(|error| value_error(&error))
    }
}

/// Runs a command as the program does, and returns its exit code.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    let code = py.detach(|| blattwerk_cli::main(arguments));
    // An exit code can be compared, but not read.
    (0..=u8::MAX)
        .find(|number| ExitCode::from(*number) == code)
        .unwrap_or(2)
}

#[pymodule(name = "_native")]
mod native {
    #[pymodule_export]
    use super::{Pool, Stages, check, main};
    #[pymodule_export]
    use crate::run::run;

    use super::{Arc, PyArrowType};
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("version", env!("CARGO_PKG_VERSION"))?;
        Ok(())
    }

    /// Returns the schema of the layers; that of *sentiment* has a column more if the config asks for reasons.
    #[pyfunction]
    fn schema(layers: crate::layers::Layers) -> PyResult<PyArrowType<arrow_schema::Schema>> {
        let frames = super::Frames::new(&layers.load()?);
        let batch = super::columns::batch(&[], &frames.of(&[], super::columns::TABLES));
        let batch = batch.map_err(|error| crate::layers::value_error(&error))?;
        Ok(PyArrowType(Arc::unwrap_or_clone(batch.schema())))
    }
}
