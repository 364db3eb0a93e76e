#!/usr/bin/env python3
"""An example of the backend `command`: four stages in Python that need only the standard library.

blattwerk starts as many processes of this program as it processes articles at the same time, and sends one line of
JSON for each article. The program writes one line of JSON back and waits for the next. In pipeline.toml:

    [ner]
    backend = "command"
    command = ["python3", "stage.py", "ner"]     # run in the folder of pipeline.toml
    timeout_seconds = 30                         # time limit for an answer

A request, on one line:

    {"id": "a1", "title": "…" or null, "date": "…" or null, "language": "de" or null,
     "text": "Ada kam aus Köln. Sie blieb.",
     "sentences": [[0, 17], [18, 28]],                                            found by split
     "entities": [{"start": 12, "end": 16, "label": "LOC", "score": 0.85}],       found by ner
     "sentiment": [{"level": "article", "index": 0, "label": "neutral", "score": 0.6}]}

An answer, on one line:

    split      {"sentences": [[0, 17], [18, 28]]}
    ner        {"entities": [{"start": 12, "end": 16, "label": "LOC", "score": 0.9}]}
    sentiment  {"sentiment": [{"level": "article", "index": 0, "label": "positive", "score": 0.7}]}
    summarize  {"sentences": [0]}, or, in words of its own, {"text": "Ada kam."}
    any        {"error": "the reason"}, to give up on this one article

The rules:

- start and end count characters of `text`, so that text[start:end] is the span in Python.
- Spans are in the order of the text and do not overlap. Between sentences there is only white space.
- A score is a probability. Sentiment has at most one entry each for the article, a sentence and an entity,
  in this order, `index` counting from 0; its labels are negative, neutral and positive.
- The list of a stage that has not run yet is empty. Ignore unknown keys: later versions may add some.
- An answer may repeat the `id`, so that an answer to another article is detected.
- Flush after each line. Print nothing else to standard output. If the program fails, the message quotes the end of
  its standard error.
- If an answer breaks a rule, takes too long or does not come, the article gets a row in failures.csv, and the next
  article gets a fresh process. When standard input ends, the program should exit.
"""

import json
import re
import sys

# Load models here, before the loop: it is done once, and counts towards the time of the first answer.
NAMES = {"Köln": "LOC", "Elbe": "LOC", "Bundestag": "ORG", "Ada Lovelace": "PER"}
GOOD = {"Erfolg", "freut", "gewinnt", "gut", "gerettet"}
BAD = {"Krise", "Streit", "verliert", "schlecht", "gesperrt"}

NAME = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(NAMES, key=len, reverse=True))) + r")\b")
# From a character other than white space to a mark that ends a sentence, or to the end of the line.
SENTENCE = re.compile(r"\S(?:[^\r\n]*?[.!?](?=\s)|[^\r\n]*)")


def split(article):
    return {"sentences": [list(found.span()) for found in SENTENCE.finditer(article["text"])]}


def ner(article):
    return {
        "entities": [
            {"start": found.start(), "end": found.end(), "label": NAMES[found.group()], "score": 0.9}
            for found in NAME.finditer(article["text"])
        ]
    }


def judge(text):
    words = re.findall(r"\w+", text)
    balance = sum(word in GOOD for word in words) - sum(word in BAD for word in words)
    label = "positive" if balance > 0 else "negative" if balance < 0 else "neutral"
    return {"label": label, "score": (1 + abs(balance)) / (2 + abs(balance))}


def sentiment(article):
    text = article["text"]
    rows = [{"level": "article", "index": 0, **judge(text)}]
    for index, (start, end) in enumerate(article["sentences"]):
        rows.append({"level": "sentence", "index": index, **judge(text[start:end])})
    return {"sentiment": rows}


def summarize(article):
    return {"sentences": list(range(min(2, len(article["sentences"]))))}


def main():
    stage = {"split": split, "ner": ner, "sentiment": sentiment, "summarize": summarize}[sys.argv[1]]
    # UTF-8, whatever the encoding of the system; and only "\n" ends a line.
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        article = json.loads(line)
        answer = {"id": article["id"], **stage(article)}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
