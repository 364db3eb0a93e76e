//! Models that share their weights, so that several threads can use them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tch::{Device, Kind, Tensor, nn};

use crate::Fault;

/// Builds a model in a store of variables.
type Build<M> = Box<dyn Fn(&nn::Path) -> Result<M, Fault> + Send + Sync>;

/// As many models as are used at the same time. Two threads must not use one tensor, but several tensors may
/// share memory.
pub(crate) struct Pool<M> {
    weights: Mutex<BTreeMap<String, Tensor>>,
    build: Build<M>,
    idle: Mutex<Vec<M>>,
}

impl<M> Pool<M> {
    /// Reads the weights of a model, and builds the first model.
    pub(crate) fn open(
        file: &Path,
        build: impl Fn(&nn::Path) -> Result<M, Fault> + Send + Sync + 'static,
    ) -> Result<Self, Fault> {
        // How libtorch distributes the work of a call can change the order in which numbers are summed.
        tch::set_num_threads(1);
        let pool = Self {
            weights: Mutex::new(read(file)?),
            build: Box::new(build),
            idle: Mutex::default(),
        };
        let model = pool.build()?;
        lock(&pool.idle).push(model);
        Ok(pool)
    }

    /// Calls a function with a model that is not in use.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&M) -> Result<R, String>) -> Result<R, String> {
        let idle = lock(&self.idle).pop();
        let model = idle.map_or_else(|| self.build(), Ok);
        let model = model.map_err(|(Fault::Config(found) | Fault::Weights(found))| found)?;
        let result = tch::no_grad(|| work(&model));
        lock(&self.idle).push(model);
        result
    }

    /// Builds a model with the weights.
    fn build(&self) -> Result<M, Fault> {
        let weights = lock(&self.weights);
        let mut store = nn::VarStore::new(Device::Cpu);
        let model = (self.build)(&store.root())?;
        store.freeze();
        let variables: BTreeMap<String, Tensor> = store.variables().into_iter().collect();
        check_layers(&weights, &variables)?;
        for (name, mut variable) in variables {
            let Some(weight) = find(&weights, &name) else {
                return Err(Fault::Weights(format!("no tensor `{name}`")));
            };
            if weight.size() != variable.size() {
                return Err(Fault::Weights(format!(
                    "the tensor `{name}` with the shape {:?} and not {:?}, as config.json has it",
                    weight.size(),
                    variable.size()
                )));
            }
            variable
                .f_set_data(weight)
                .map_err(|error| Fault::Weights(phrase(&error)))?;
        }
        Ok(model)
    }
}

/// Reads a file of tensors in single precision, and renames them as current models do.
fn read(file: &Path) -> Result<BTreeMap<String, Tensor>, Fault> {
    let tensors = Tensor::read_safetensors(file).map_err(|error| Fault::Weights(phrase(&error)))?;
    let tensors = tensors.into_iter().map(|(name, tensor)| {
        let (path, last) = name.rsplit_once('.').unwrap_or(("", &name));
        let name = match last {
            "gamma" => format!("{path}.weight"),
            "beta" => format!("{path}.bias"),
            _ => name,
        };
        (name, tensor.to_kind(Kind::Float))
    });
    Ok(tensors.collect())
}

/// Returns the tensor of a variable. The file has only one name for an embedding that parts of a model share.
fn find<'a>(weights: &'a BTreeMap<String, Tensor>, name: &str) -> Option<&'a Tensor> {
    let shared = || {
        let path = name.strip_suffix("shared.weight")?;
        let names = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];
        names
            .iter()
            .find_map(|name| weights.get(&format!("{path}{name}")))
    };
    weights.get(name).or_else(shared)
}

/// Refuses weights of a layer that the model does not have: its answers would be wrong.
fn check_layers(
    weights: &BTreeMap<String, Tensor>,
    variables: &BTreeMap<String, Tensor>,
) -> Result<(), Fault> {
    for name in weights.keys() {
        let mut end = 0;
        let layer = name.split_inclusive('.').find_map(|part| {
            end += part.len();
            part.starts_with(|c: char| c.is_ascii_digit())
                .then(|| name.split_at(end).0)
        });
        let is_used = |layer: &str| {
            let mut from = variables.range(layer.to_owned()..);
            from.next().is_some_and(|(name, _)| name.starts_with(layer))
        };
        if layer.is_some_and(|layer| !is_used(layer)) {
            return Err(Fault::Weights(format!(
                "the tensor `{name}` of a layer that config.json does not have"
            )));
        }
    }
    Ok(())
}

pub(crate) fn phrase(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    // The other lines are a stack trace of libtorch.
    let first = text.lines().next().unwrap_or_default();
    format!("an error: {}", first.trim())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
