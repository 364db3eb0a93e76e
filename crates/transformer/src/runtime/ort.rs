//! ONNX models with the ONNX Runtime, through the `ort` crate. The library is loaded with the first model.
//!
//! A session holds the weights and its threads, so there is only one, which distributes the work of each batch.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use blattwerk_core::{Error, Result};
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;

use super::{Batch, Input, Logits, Runtime, broken};

/// The environment variable that names the library if the config does not.
const VARIABLE: &str = "ORT_DYLIB_PATH";

/// A model in the ONNX Runtime.
struct Ort {
    file: PathBuf,
    /// The names of the inputs and what goes into them.
    inputs: Vec<(String, Input)>,
    output: String,
    /// The session, with the number of its threads.
    session: Mutex<(usize, Session)>,
}

/// Opens the ONNX file of a model; loads the library before the first.
pub(crate) fn open(file: &Path, library: Option<PathBuf>) -> Result<Box<dyn Runtime>> {
    let named = library.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
    let Some(library) = named else {
        return Err(Error::Setting {
            key: "library",
            expected: format!(
                "the library of the ONNX Runtime, or its path in the environment variable {VARIABLE}"
            ),
            found: "neither".into(),
        });
    };
    // A relative path would be looked for next to the program, and the message would be about that one.
    let library = std::path::absolute(&library).unwrap_or(library);
    let environment = ort::init_from(&library).map_err(|error| Error::Setting {
        key: "library",
        expected: "the library of the ONNX Runtime, 1.23 or later".into(),
        found: error.to_string(),
    })?;
    environment.commit();

    let threads = rayon::current_num_threads();
    let session = session(file, threads).map_err(|found| broken(file, found))?;
    let names: Vec<String> = session
        .inputs()
        .iter()
        .map(|input| input.name().to_owned())
        .collect();
    let inputs =
        Input::all(names.iter().map(String::as_str)).map_err(|found| broken(file, found))?;
    let outputs = session.outputs();
    let output = outputs.iter().find(|output| output.name() == "logits");
    let Some(output) = output.or_else(|| outputs.first()) else {
        return Err(broken(file, "a model without outputs".into()));
    };
    Ok(Box::new(Ort {
        file: file.to_owned(),
        inputs: names.into_iter().zip(inputs).collect(),
        output: output.name().to_owned(),
        session: Mutex::new((threads, session)),
    }))
}

/// Loads a model for a number of threads, or returns what is wrong.
fn session(file: &Path, threads: usize) -> Result<Session, String> {
    Session::builder()
        .and_then(|builder| {
            Ok(builder
                .with_intra_threads(threads)?
                .with_intra_op_spinning(false)?)
        })
        .and_then(|mut builder| builder.commit_from_file(file))
        .map_err(|error| format!("an error: {}", error.to_string().trim()))
}

impl Ort {
    /// Returns the session, for as many threads as the caller's pool has. Their number is not known when the model
    /// is loaded.
    fn session(&self) -> Result<MutexGuard<'_, (usize, Session)>, String> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let threads = rayon::current_num_threads();
        if session.0 != threads {
            *session = (threads, self::session(&self.file, threads)?);
        }
        Ok(session)
    }
}

impl Runtime for Ort {
    fn logits(&self, batch: &Batch) -> Result<Logits, String> {
        let inputs = self
            .inputs
            .iter()
            .map(|(name, input)| {
                let values: Vec<i64> = input.of(batch).iter().map(|&value| value.into()).collect();
                let tensor = Tensor::from_array(([batch.rows, batch.length], values));
                let tensor = tensor.map_err(|error| error.to_string())?;
                Ok((name.as_str(), SessionInputValue::from(tensor)))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let mut session = self.session()?;
        let fault = |error: ort::Error| format!("an error: {}", error.to_string().trim());
        let outputs = session.1.run(inputs).map_err(fault)?;
        let output = outputs.get(&self.output).ok_or("no output")?;
        let (shape, values) = output.try_extract_tensor::<f32>().map_err(fault)?;
        Ok(Logits {
            shape: shape
                .iter()
                .map(|&size| usize::try_from(size).unwrap_or(0))
                .collect(),
            values: values.to_vec(),
        })
    }

    fn at_once(&self, _: usize) -> usize {
        1
    }
}
