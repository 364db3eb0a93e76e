//! Beam search, like Python's `generate` without sampling, and greedy search.
//!
//! A draft is a sequence of tokens that begins with the start token. Its score is the sum of the log-probabilities of
//! its tokens; once it is complete, that is divided by a power of its length.

use crate::Generation;

/// A score that rules a draft out and is still finite.
const UNLIKELY: f32 = -1.0e9;

/// Generates a text. `next` gets the drafts, each as the index of the draft that it continues and its last token, and
/// returns the log-probabilities of the next token, draft by draft.
pub(crate) fn write(
    how: &Generation,
    mut next: impl FnMut(&[usize], &[i32]) -> Result<Vec<Vec<f32>>, String>,
) -> Result<Vec<i32>, String> {
    let mut best = if how.num_beams == 1 {
        likeliest(how, &mut next)?
    } else {
        search(how, &mut next)?
    };
    best.remove(0);
    Ok(best)
}

fn likeliest(
    how: &Generation,
    next: &mut impl FnMut(&[usize], &[i32]) -> Result<Vec<Vec<f32>>, String>,
) -> Result<Vec<i32>, String> {
    let mut draft = vec![how.decoder_start_token_id];
    while draft.len() < how.max_length {
        let mut scores = next(&[0], &draft[draft.len() - 1..])?;
        let mut scores = scores.pop().ok_or("no draft")?;
        restrict(how, &draft, &mut scores);
        let token = best_of(scores.iter().copied().enumerate(), 1)[0].0;
        draft.push(id(token));
        if how.eos_token_id.contains(&id(token)) {
            break;
        }
    }
    Ok(draft)
}

/// A draft with its score.
#[derive(Debug, Clone)]
struct Draft {
    tokens: Vec<i32>,
    score: f32,
    /// Whether it has ended.
    is_complete: bool,
}

fn search(
    how: &Generation,
    next: &mut impl FnMut(&[usize], &[i32]) -> Result<Vec<Vec<f32>>, String>,
) -> Result<Vec<i32>, String> {
    let beams = how.num_beams;
    // All drafts begin the same, so only one of them counts in the first step.
    let mut open: Vec<Draft> = (0..beams)
        .map(|index| Draft {
            tokens: vec![how.decoder_start_token_id],
            score: if index == 0 { 0.0 } else { UNLIKELY },
            is_complete: false,
        })
        .collect();
    let mut parents: Vec<usize> = (0..beams).collect();
    let mut complete: Vec<Draft> = Vec::new();
    // Whether an open draft can still be better than the worst complete one.
    let mut is_hopeful = true;
    // Enough that `beams` of them stay open even if all end tokens are among them.
    let kept = beams * (1 + how.eos_token_id.len()).max(2);
    loop {
        let last: Vec<i32> = open
            .iter()
            .filter_map(|draft| draft.tokens.last().copied())
            .collect();
        let mut scores = next(&parents, &last)?;
        for (draft, scores) in open.iter().zip(&mut scores) {
            restrict(how, &draft.tokens, scores);
        }
        let vocabulary = scores.first().map_or(0, Vec::len);
        let all = open
            .iter()
            .zip(&scores)
            .flat_map(|(draft, scores)| scores.iter().map(|score| draft.score + score));
        let candidates: Vec<(usize, Draft)> = best_of(all.enumerate(), kept)
            .into_iter()
            .map(|(index, score)| {
                let (parent, token) = (index / vocabulary, id(index % vocabulary));
                let tokens = [&open[parent].tokens[..], &[token]].concat();
                let is_complete =
                    how.eos_token_id.contains(&token) || tokens.len() >= how.max_length;
                (
                    parent,
                    Draft {
                        tokens,
                        score,
                        is_complete,
                    },
                )
            })
            .collect();

        let length = open[0].tokens.len();
        let is_full = complete.len() == beams;
        if is_hopeful && !(is_full && how.early_stopping) {
            let ended = candidates
                .iter()
                .take(beams)
                .filter(|(_, draft)| draft.is_complete);
            complete.extend(ended.map(|(_, draft)| Draft {
                score: draft.score / power(length, how.length_penalty),
                ..draft.clone()
            }));
            // In descending order of scores; of equal ones, the earlier first.
            complete.sort_by(|a, b| b.score.total_cmp(&a.score));
            complete.truncate(beams);
        }
        if candidates.iter().all(|(_, draft)| draft.is_complete) {
            break;
        }

        let rest = candidates
            .into_iter()
            .filter(|(_, draft)| !draft.is_complete);
        (parents, open) = rest.take(beams).unzip();
        let is_full = complete.len() == beams;
        if is_full && how.early_stopping {
            break;
        }
        let hope = open[0].score / power(length, how.length_penalty);
        let worst = if is_full {
            complete[beams - 1].score
        } else {
            UNLIKELY
        };
        is_hopeful = is_hopeful && hope > worst;
        if !is_hopeful {
            break;
        }
    }
    complete
        .into_iter()
        .next()
        .map(|draft| draft.tokens)
        .ok_or_else(|| "no complete text".into())
}

/// Rules out tokens that must not come next.
fn restrict(how: &Generation, draft: &[i32], scores: &mut [f32]) {
    let size = how.no_repeat_ngram_size;
    if size > 0 && draft.len() + 1 >= size {
        let before = &draft[draft.len() + 1 - size..];
        for said in draft.windows(size).filter(|said| said.starts_with(before)) {
            forbid(scores, said[size - 1]);
        }
    }
    if draft.len() < how.min_length {
        for &end in &how.eos_token_id {
            forbid(scores, end);
        }
    }
    let forced = [
        (draft.len() == 1).then_some(how.forced_bos_token_id),
        (draft.len() + 1 == how.max_length).then_some(how.forced_eos_token_id),
    ];
    for forced in forced.into_iter().flatten().flatten() {
        scores.fill(f32::NEG_INFINITY);
        if let Some(score) = usize::try_from(forced)
            .ok()
            .and_then(|id| scores.get_mut(id))
        {
            *score = 0.0;
        }
    }
}

fn forbid(scores: &mut [f32], token: i32) {
    if let Some(score) = usize::try_from(token)
        .ok()
        .and_then(|id| scores.get_mut(id))
    {
        *score = f32::NEG_INFINITY;
    }
}

/// Returns the entries with the highest scores, in order; of equal ones, the earlier first.
fn best_of(scores: impl Iterator<Item = (usize, f32)>, count: usize) -> Vec<(usize, f32)> {
    let mut best: Vec<(usize, f32)> = Vec::with_capacity(count + 1);
    for (index, score) in scores {
        if best.len() == count && best[count - 1].1 >= score {
            continue;
        }
        let at = best.partition_point(|other| other.1 >= score);
        best.insert(at, (index, score));
        best.truncate(count);
    }
    best
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a text has a few hundred tokens"
)]
fn power(length: usize, exponent: f32) -> f32 {
    (length as f32).powf(exponent)
}

/// Converts an index to a token id. A vocabulary has far fewer than two billion tokens.
fn id(token: usize) -> i32 {
    i32::try_from(token).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: i32 = 0;

    fn how(num_beams: usize) -> Generation {
        Generation {
            decoder_start_token_id: 9,
            eos_token_id: vec![END],
            forced_bos_token_id: None,
            forced_eos_token_id: None,
            max_length: 6,
            min_length: 0,
            num_beams,
            no_repeat_ngram_size: 0,
            length_penalty: 1.0,
            early_stopping: false,
        }
    }

    /// Writes with a model that looks only at the last token: of 0 to 3, and 9 at the start.
    fn written(how: &Generation) -> Vec<i32> {
        write(how, |_, last| {
            let probabilities = |token: &i32| match token {
                9 => [0.01, 0.60, 0.38, 0.01],
                1 => [0.30, 0.24, 0.22, 0.24],
                2 => [0.97, 0.01, 0.01, 0.01],
                _ => [0.25, 0.25, 0.24, 0.26],
            };
            let scores = |token| probabilities(token).map(f32::ln).to_vec();
            Ok(last.iter().map(scores).collect())
        })
        .unwrap()
    }

    #[test]
    fn several_drafts_find_what_one_misses() {
        // 0.60 · 0.30 is less than 0.38 · 0.97.
        assert_eq!(written(&how(1)), [1, END]);
        assert_eq!(written(&how(2)), [2, END]);
    }

    #[test]
    fn what_must_not_be_said_is_not() {
        let long = Generation {
            min_length: 5,
            ..how(1)
        };
        // 1, then the first of the two likeliest; at the fifth token the end is allowed again.
        assert_eq!(written(&long), [1, 1, 1, 1, END]);
        let new = Generation {
            no_repeat_ngram_size: 1,
            ..long.clone()
        };
        assert_eq!(written(&new), [1, 3, 2, END], "nothing else is left");
        let pairs = Generation {
            no_repeat_ngram_size: 2,
            ..long
        };
        assert_eq!(written(&pairs), [1, 1, 3, 3, END]);
    }

    #[test]
    fn tokens_can_be_forced() {
        for beams in [1, 3] {
            let forced = Generation {
                forced_bos_token_id: Some(3),
                forced_eos_token_id: Some(2),
                min_length: 6,
                ..how(beams)
            };
            let found = written(&forced);
            assert_eq!((found[0], found[4], found.len()), (3, 2, 5), "{found:?}");
        }
    }

    #[test]
    fn the_best_are_in_order() {
        let scores = [0.5, 2.0, f32::NEG_INFINITY, 2.0, 1.0];
        let found = best_of(scores.into_iter().enumerate(), 3);
        assert_eq!(found, [(1, 2.0), (3, 2.0), (4, 1.0)]);
    }
}
