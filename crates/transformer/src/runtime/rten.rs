//! ONNX in pure Rust, with the `rten` crate.
//!
//! Each batch runs on one thread, several batches at once: that scales better than sharing out each batch, and
//! what is summed in which order hangs on the batch alone.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use blattwerk_core::Result;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};

use rten_tensor::prelude::*;

use super::{Batch, Logits, Runtime};
use crate::load::broken;

/// A model that rten runs.
struct Rten {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    /// Pools of one thread each, for the batches that run at the same time. rten would take all cores instead,
    /// whatever the config says.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

/// What of a batch goes into an input of the model.
#[derive(Debug, Clone, Copy)]
enum Input {
    Ids,
    Mask,
    Types,
}

/// Opens a model's ONNX file.
pub(crate) fn open(file: &Path) -> Result<Box<dyn Runtime>> {
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(true);
    let model = options
        .load_file(file)
        .map_err(|error| broken(file, format!("a fault: {error}")))?;

    let name = |id: NodeId| {
        let name = model
            .node_info(id)
            .and_then(|info| info.name().map(str::to_owned));
        name.unwrap_or_default()
    };
    let mut inputs = Vec::new();
    for &id in model.input_ids() {
        let input = match name(id).as_str() {
            "input_ids" => Input::Ids,
            "attention_mask" => Input::Mask,
            "token_type_ids" => Input::Types,
            other => {
                return Err(broken(
                    file,
                    format!(
                        "the input `{other}`, which is none of `input_ids`, `attention_mask`, `token_type_ids`"
                    ),
                ));
            }
        };
        inputs.push((id, input));
    }
    if !inputs.iter().any(|(_, input)| matches!(input, Input::Ids)) {
        return Err(broken(file, "one without the input `input_ids`".into()));
    }
    let outputs = model.output_ids();
    let output = outputs.iter().copied().find(|&id| name(id) == "logits");
    let Some(output) = output.or_else(|| outputs.first().copied()) else {
        return Err(broken(file, "one without output".into()));
    };
    Ok(Box::new(Rten {
        model,
        inputs,
        output,
        idle: Mutex::new(Vec::new()),
    }))
}

impl Runtime for Rten {
    fn logits(&self, batch: &Batch) -> Result<Logits, String> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let pool = idle().pop();
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let inputs = self
            .inputs
            .iter()
            .map(|&(id, input)| {
                let values = match input {
                    Input::Ids => &batch.ids,
                    Input::Mask => &batch.mask,
                    Input::Types => &batch.types,
                };
                let value = Value::from_shape(&[batch.rows, batch.length], values.clone())
                    .map_err(|error| error.to_string())?;
                Ok((id, ValueOrView::from(value)))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let output = self.model.run(inputs, &[self.output], Some(options));
        idle().push(pool);

        let output = output.map_err(|error| format!("a fault: {error}"))?;
        let output = output.into_iter().next().ok_or("no output")?;
        let shape = output.shape().to_vec();
        let kind = output.dtype();
        let tensor = output
            .into_tensor::<f32>()
            .ok_or_else(|| format!("logits of the type {kind:?}"))?;
        Ok(Logits {
            shape,
            values: tensor.to_vec(),
        })
    }

    fn at_once(&self, threads: usize) -> usize {
        threads
    }
}
