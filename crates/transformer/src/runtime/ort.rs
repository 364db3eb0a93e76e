//! ONNX with the ONNX Runtime, by the `ort` crate. The library is loaded when the model is.
//!
//! A session holds the weights and its threads, so there is one, which shares out each batch.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use blattwerk_core::{Error, Result};
use ort::session::{Session, SessionInputValue};
use ort::value::Tensor;

use super::{Batch, Input, Logits, Runtime, broken};

/// The variable that names the library where the config does not.
const VARIABLE: &str = "ORT_DYLIB_PATH";

/// A model that the ONNX Runtime runs.
struct Ort {
    file: PathBuf,
    /// The names of the inputs and what goes into them.
    inputs: Vec<(String, Input)>,
    output: String,
    /// The session, with the number of its threads.
    session: Mutex<(usize, Session)>,
}

/// Opens a model's ONNX file, and the library before the first.
pub(crate) fn open(file: &Path, library: Option<PathBuf>) -> Result<Box<dyn Runtime>> {
    let named = library.or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from));
    let Some(library) = named else {
        return Err(Error::Setting {
            key: "library",
            expected: format!(
                "the file of the ONNX Runtime, or its path in the variable {VARIABLE}"
            ),
            found: "neither".into(),
        });
    };
    // The file is looked for beside the program otherwise, and the message would be about that.
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
        return Err(broken(file, "one without output".into()));
    };
    Ok(Box::new(Ort {
        file: file.to_owned(),
        inputs: names.into_iter().zip(inputs).collect(),
        output: output.name().to_owned(),
        session: Mutex::new((threads, session)),
    }))
}

/// Loads a model for a number of threads, or says why not.
fn session(file: &Path, threads: usize) -> Result<Session, String> {
    Session::builder()
        .and_then(|builder| {
            Ok(builder
                .with_intra_threads(threads)?
                .with_intra_op_spinning(false)?)
        })
        .and_then(|mut builder| builder.commit_from_file(file))
        .map_err(|error| format!("a fault: {}", error.to_string().trim()))
}

impl Ort {
    /// The session, for as many threads as the caller's pool has: how many that are is not known when the model
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
        let fault = |error: ort::Error| format!("a fault: {}", error.to_string().trim());
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
