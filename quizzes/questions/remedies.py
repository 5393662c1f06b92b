"""How each finding is mended, in both languages; docs/authoring.md explains the same checks."""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.words import Language

REMEDIES: Mapping[str, Mapping[Language, str]] = {
    "toml": {
        "ja": "示された行を確かめてください。引用符や括弧の閉じ忘れ、同じキーの重複がよくある原因です。",
        "en": "Look at the line that is named: often a quote or a bracket is missing, or the same key stands twice.",
    },
    "schema": {
        "ja": "キーのつづりと値の種類を、書き方の説明にあるキーの一覧と照らし合わせてください。",
        "en": "Compare the key's spelling and its value with the list of keys in the guide.",
    },
    "schema-version": {
        "ja": "先頭に schema = 1 と書いてください。",
        "en": "Write schema = 1 at the top.",
    },
    "languages": {
        "ja": "ja と en の両方を書いてください。",
        "en": "Write both ja and en.",
    },
    "expression": {
        "ja": "式の示された位置を直してください。使える名前と関数はメッセージに並んでいます。",
        "en": "Correct the formula at the character that is named; the message lists the names and functions.",
    },
    "prose": {
        "ja": "{{…}} と $…$ を閉じ、標準的な LaTeX のコマンドだけを使ってください。",
        "en": "Close {{…}} and $…$, and use standard LaTeX commands only.",
    },
    "unknown-name": {
        "ja": "[parameters] か [derived] で定義するか、名前のつづりを直してください。",
        "en": "Define the name in [parameters] or [derived], or correct its spelling.",
    },
    "unused-name": {
        "ja": "使わないのであれば、その行を削除してください。",
        "en": "Delete the line if nothing needs it.",
    },
    "placeholders": {
        "ja": "日本語と英語の文に、同じ {{…}} を入れてください。",
        "en": "Mention the same {{…}} in the Japanese and in the English text.",
    },
    "solution": {
        "ja": "[solution] に trace か text を書いてください。",
        "en": "Write a trace or a text in [solution].",
    },
    "figure": {
        "ja": "図の種類と引数を確かめてください。メッセージに引数の名前と許される値があります。",
        "en": "Check the figure's kind and arguments; the message names the argument and what is allowed.",
    },
    "unknown-topic": {
        "ja": "登録されているトピックのスラッグを書いてください。",
        "en": "Write the slug of a topic that exists.",
    },
    "unknown-misconception": {
        "ja": "コードのつづりを直すか、誤解のカタログに両言語で追加してください。",
        "en": "Correct the code, or add it to the catalogue of misconceptions in both languages.",
    },
    "duplicate-slug": {
        "ja": "別のスラッグを選んでください。",
        "en": "Choose another slug.",
    },
    "no-test": {
        "ja": "[[tests]] に、与える値と答えの例を少なくとも1つ書いてください。",
        "en": "Add at least one example in [[tests]]: the given values and the answer.",
    },
    "test": {
        "ja": "メッセージにある実際の結果と見比べ、例か式のどちらかを直してください。",
        "en": "The message says what comes out: correct the example or the formula, whichever is wrong.",
    },
    "no-variant": {
        "ja": "パラメータの範囲を広げるか、満たされない条件を緩めてください。",
        "en": "Widen the parameters, or relax the condition that no draw meets.",
    },
    "few-variants": {
        "ja": "パラメータの範囲を広げてください。題材の性質上それ以上増やせないときは small = true と書きます。",
        "en": "Widen the parameters; where the subject has no more variants by nature, write small = true.",
    },
    "answer-type": {
        "ja": "条件を加えるか、丸めるか、答えの type を変えてください。",
        "en": "Add a condition, round the value, or change the answer's type.",
    },
    "board": {
        "ja": "board を答えの行列より大きくしてください。",
        "en": "Make board larger than the answer.",
    },
    "board-tells": {
        "ja": "答えの大きさが分からないように、board を答えの行列より大きくしてください。",
        "en": "Make board larger than the answer, so that it does not tell its size.",
    },
    "constant-guess": {
        "ja": "答えが偏らないように、パラメータの範囲を広げるか変えてください。",
        "en": "Draw from wider or other ranges, so that no answer is right too often.",
    },
    "never-wrong": {
        "ja": "誤解の式を直すか、その誤解を削除してください。",
        "en": "Correct the misconception's formula, or delete it.",
    },
    "same-misconception": {
        "ja": "一方を削除するか、2つの値が分かれる数を選んでください（例：H と W を異なる値にする）。",
        "en": "Delete one of the two, or choose numbers that part them, such as H different from W.",
    },
    "low-yield": {
        "ja": '誤解どうしの値が分かれる範囲を選ぶか、"padding_once != O" のような条件を加えてください。',
        "en": 'Choose ranges in which the wrong rules differ, or add a condition such as "padding_once != O".',
    },
    "few-distractors": {
        "ja": "学習者が実際に抱く誤解を加えてください。互いに区別できる誤解が3つあれば、選択式でも出題できます。",
        "en": "Add misconceptions that people really have: with three that differ it can be multiple choice too.",
    },
    "render": {
        "ja": "メッセージにある値で計算や表示ができるように、式か条件を直してください。数式に文字列は使えません。",
        "en": "Correct the formula, or add a condition against the numbers that are named; formulas show no words.",
    },
    "latex": {
        "ja": "数式を短くしてください。大きな行列は、独立した段落として表示します。",
        "en": "Shorten the formula; show large matrices as paragraphs of their own.",
    },
    "matrix-inline": {
        "ja": "行列の {{…}} は、それだけで1つの段落にしてください。",
        "en": "Give the matrix a paragraph of its own: a line with nothing but its {{…}}.",
    },
    "solution-answer": {
        "ja": "最後の trace が答えになるようにするか、解説の文に答えを示してください。",
        "en": "Let the last trace give the answer, or show the answer in the solution's text.",
    },
    "same-options": {
        "ja": "同じに読める選択肢の一方を変えてください。",
        "en": "Change one of the two options that read the same.",
    },
    "option-order": {
        "ja": "選択肢の key を1つ変えてください。並び順は key とシードで決まります。",
        "en": "Change a key: options are ordered by their keys and the seed.",
    },
    "leak": {
        "ja": "答えを示す値を、問題文・ヒント・図から除いてください。解説だけで使う値は [derived] で求めます。",
        "en": "Take the value that tells the answer out of stem, hint or figure; use it in the solution only.",
    },
    "example": {
        "ja": "そのトピックに属する問題のスラッグを書いてください。",
        "en": "Name a question of this topic.",
    },
    "order": {
        "ja": "前提となるトピックより後ろに移してください。",
        "en": "Move the topic below the topics that it requires.",
    },
}
