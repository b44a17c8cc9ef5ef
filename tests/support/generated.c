/*
 * generated.c -- words to parameters to a trace.
 */
#include "tests/support/generated.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/generate/generate.h"

struct trace generated(const char *words)
{
    char text[200];
    struct generate_error error = {.message = ""};
    snprintf(text, sizeof text, "%s", words);
    char *rest = text;
    const struct trace_family *family = trace_family_find(strsep(&rest, " "));
    ck_assert_ptr_nonnull(family);
    struct generate_params params = generate_defaults(family);
    while (rest != NULL) {
        char *word = strsep(&rest, " ");
        const char *name = strsep(&word, "=");
        ck_assert_ptr_nonnull(word);
        int result =
            generate_set(&params, name, strtoull(word, NULL, 10), &error);
        ck_assert_msg(result == 0, "%s", error.message);
    }
    struct trace trace;
    int result = generate_trace(&params, &trace, &error);
    ck_assert_msg(result == 0, "%s", error.message);
    return trace;
}
