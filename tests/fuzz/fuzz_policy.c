/*
 * fuzz_policy.c -- any text, read as a policy and its options.
 *
 * Either there is a sentence, or every value is one that the option allows; and
 * the same choice, all options spelled out, is understood as the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/registry.h"
#include "tests/fuzz/promises.h"

enum { TEXT_BYTES = 2000 };

/* Appends "NAME=VALUE" as a word or a number. */
static void spell_option(const struct policy_option *option, uint64_t value,
                         char *text)
{
    if (option->words[0] == NULL) {
        require(value >= option->least && value <= option->most, "in range");
        sprintf(text, "%s=%" PRIu64, option->name, value);
        return;
    }
    for (uint64_t i = 0; i <= value; i++) {
        require(i < POLICY_MAX_WORDS && option->words[i] != NULL, "a word");
    }
    sprintf(text, "%s=%s", option->name, option->words[value]);
}

static void check_choice(const struct policy_choice *choice)
{
    char text[TEXT_BYTES];
    char message[200];
    struct policy_choice again;
    int length = sprintf(text, "%s", choice->policy->name);
    for (size_t i = 0; i < policy_count_options(choice->policy); i++) {
        length += sprintf(text + length, i == 0 ? ":" : ",");
        spell_option(&choice->policy->options[i], choice->values[i],
                     text + length);
        length += (int)strlen(text + length);
    }
    require(policy_choose(text, &again, message, sizeof message) == 0,
            "it is understood when spelled out");
    require(again.policy == choice->policy, "as the same policy");
    require(memcmp(again.values, choice->values, sizeof again.values) == 0,
            "with the same values");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct policy_choice choice;
    char *text = malloc(n + 1);
    char message[200];
    memcpy(text, data, n);
    text[n] = '\0';
    memset(message, 'x', sizeof message);
    if (policy_choose(text, &choice, message, sizeof message) == 0) {
        check_choice(&choice);
    } else {
        require(memchr(message, '\0', sizeof message) != NULL, "it ends");
        require(message[0] != '\0', "it says why");
    }
    free(text);
    return 0;
}
