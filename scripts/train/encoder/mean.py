#!/usr/bin/env python3
"""Writes the mean of the weights of several trainings of the same beginning, each with its part.

    scripts/train/encoder/mean.py MEAN.pt 0.65 second/averaged.pt 0.35 fifth/averaged.pt

Such a mean is often better than each of them (Wortsman et al., Model soups, ICML 2022).
"""

import sys

import torch


def main():
    out, *rest = sys.argv[1:]
    parts = [float(part) for part in rest[::2]]
    models = [torch.load(path, weights_only=True)["average"] for path in rest[1::2]]
    if not models or len(parts) != len(models) or abs(sum(parts) - 1) > 1e-6:
        sys.exit("expected parts that sum to 1, each followed by a file")
    average = {
        name: sum(part * model[name].float() for part, model in zip(parts, models)) if weight.is_floating_point() else weight
        for name, weight in models[0].items()
    }
    torch.save({"average": average, "step": 0}, out)


if __name__ == "__main__":
    main()
