"""What somebody may have put into the name of a NIC, a label or a message."""

from __future__ import annotations

HOSTILE = [
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "<!-- --><svg/onload=alert(1)>",
    "</svg></table></main></body></html>",
    "]]><a href='javascript:alert(1)'>x</a>",
    "&lt;script&gt; &amp; &#x3c;b&#x3e;",
    "\x00\x1b[2J\u202e\ud800\ufeff",
    "{{7*7}}${7*7}<%= 7*7 %>",
]
