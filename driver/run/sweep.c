/*
 * sweep.c -- brace expansion, depth first, the last brace varying fastest.
 */
#include "driver/run/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/subject/subject.h"

/* The list as it grows. */
struct expansion {
    char *text;
    size_t length, n; /* bytes, policies */
    const char *list; /* as given */
    char *message;
    size_t room;
};

static int fail(struct expansion *e, const char *expected)
{
    snprintf(e->message, e->room, "--sweep: expected %s, got '%.80s'", expected,
             e->list);
    return -1;
}

static int out_of_memory(struct expansion *e)
{
    snprintf(e->message, e->room, "out of memory");
    return -1;
}

/* Adds one policy behind a comma. */
static int append(struct expansion *e, const char *item, size_t length)
{
    if (e->n == SWEEP_MOST) {
        char most[40];
        snprintf(most, sizeof most, "%d policies at most", SWEEP_MOST);
        return fail(e, most);
    }
    char *text = realloc(e->text, e->length + length + 2);
    if (text == NULL) {
        return out_of_memory(e);
    }
    e->text = text;
    if (e->n++ > 0) {
        text[e->length++] = ',';
    }
    memcpy(text + e->length, item, length);
    e->length += length;
    text[e->length] = '\0';
    return 0;
}

static int expand(struct expansion *e, const char *item);

/* The item with [word, word + length) in place of [open, close]. */
static int expand_with(struct expansion *e, const char *item, const char *open,
                       const char *close, const char *word, size_t length)
{
    char *one = NULL;
    if (asprintf(&one, "%.*s%.*s%s", (int)(open - item), item, (int)length,
                 word, close + 1) < 0) {
        return out_of_memory(e);
    }
    int status = expand(e, one);
    free(one);
    return status;
}

/* Adds all policies of an item: its first brace opened, then the others. */
static int expand(struct expansion *e, const char *item)
{
    const char *open = strpbrk(item, "{}");
    if (open == NULL) {
        return append(e, item, strlen(item));
    }
    const char *close = strpbrk(open + 1, "{}");
    if (*open == '}' || close == NULL || *close == '{') {
        return fail(e, "a } for each {, and no braces in braces");
    }
    for (const char *word = open + 1; word <= close;) {
        size_t length = strcspn(word, ",}");
        if (expand_with(e, item, open, close, word, length) != 0) {
            return -1;
        }
        word += length + 1;
    }
    return 0;
}

char *sweep_expand(const char *list, char *message, size_t room)
{
    struct expansion e = {.list = list, .message = message, .room = room};
    int status = 0;
    for (const char *item = list; status == 0;) {
        size_t length = subject_item_length(item);
        char *one = strndup(item, length);
        status = one != NULL ? expand(&e, one) : out_of_memory(&e);
        free(one);
        if (item[length] == '\0') {
            break;
        }
        item += length + 1;
    }
    if (status != 0) {
        free(e.text);
        return NULL;
    }
    return e.text;
}
