//! ONNX models in pure Rust, with the `rten` crate.
//!
//! Each batch runs on one thread, and several batches run at once. That scales better than distributing each batch,
//! and the order in which numbers are summed depends on the batch alone.

use std::path::Path;
use std::sync::Arc;

use blattwerk_core::{Idle, Result};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};

use rten_tensor::prelude::*;

use super::{Batch, Input, Logits, Runtime, broken};

/// A model in rten.
struct Rten {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    /// Pools of one thread each, for the batches that run at the same time. Without them rten would use all cores,
    /// whatever the config says.
    idle: Idle<Arc<ThreadPool>>,
}

/// Opens the ONNX file of a model.
pub(crate) fn open(file: &Path) -> Result<Box<dyn Runtime>> {
    let mut options = ModelOptions::with_all_ops();
    options.prepack_weights(true);
    let model = options
        .load_file(file)
        .map_err(|error| broken(file, format!("an error: {error}")))?;

    let name = |id: NodeId| {
        let info = model.node_info(id);
        info.and_then(|info| info.name().map(str::to_owned))
            .unwrap_or_default()
    };
    let names: Vec<String> = model.input_ids().iter().map(|&id| name(id)).collect();
    let inputs =
        Input::all(names.iter().map(String::as_str)).map_err(|found| broken(file, found))?;
    let inputs = model.input_ids().iter().copied().zip(inputs).collect();
    let outputs = model.output_ids();
    let output = outputs.iter().copied().find(|&id| name(id) == "logits");
    let Some(output) = output.or_else(|| outputs.first().copied()) else {
        return Err(broken(file, "a model without outputs".into()));
    };
    Ok(Box::new(Rten {
        model,
        inputs,
        output,
        idle: Idle::default(),
    }))
}

impl Runtime for Rten {
    fn logits(&self, batch: &Batch) -> Result<Logits, String> {
        let pool = self.idle.take();
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let options = RunOptions::default().with_thread_pool(Some(pool.clone()));
        let inputs = self
            .inputs
            .iter()
            .map(|&(id, input)| {
                let value =
                    Value::from_shape(&[batch.rows, batch.length], input.of(batch).to_vec())
                        .map_err(|error| error.to_string())?;
                Ok((id, ValueOrView::from(value)))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let output = self.model.run(inputs, &[self.output], Some(options));
        self.idle.put(pool);

        let output = output.map_err(|error| format!("an error: {error}"))?;
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
