/*
 * token.h -- a piece of a line, and how errors quote it.
 */
#ifndef DRIVER_TRACE_TOKEN_H
#define DRIVER_TRACE_TOKEN_H

#include <stdbool.h>

/* From start up to end. */
struct token {
    const char *start;
    const char *end;
};

static inline bool token_is_empty(struct token token)
{
    return token.start == token.end;
}

enum {
    TOKEN_QUOTED = 32, /* bytes of a token that are shown */
    TOKEN_QUOTED_BYTES = 4 * TOKEN_QUOTED + 6
};

/*
 * The token in quotes: cut to what fits on a screen, with anything that does
 * not print written as \xNN.  text has room for TOKEN_QUOTED_BYTES; returned.
 */
char *token_quote(struct token token, char *text);

#endif
