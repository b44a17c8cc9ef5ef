/*
 * token.c -- quoting what was found.
 */
#include "driver/trace/token.h"

#include <stdio.h>

char *token_quote(struct token token, char *text)
{
    char *out = text;
    *out++ = '"';
    for (const char *s = token.start; s < token.end; s++) {
        if (s - token.start == TOKEN_QUOTED) {
            out += sprintf(out, "...");
            break;
        }
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            out += sprintf(out, "\\%c", c);
        } else if (c < ' ' || c > '~') {
            out += sprintf(out, "\\x%02x", c);
        } else {
            *out++ = (char)c;
        }
    }
    *out++ = '"';
    *out = '\0';
    return text;
}
