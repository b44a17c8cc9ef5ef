/*
 * gen_command.c -- options of `rep gen`, then one call of the generator.
 *
 * Which options there are depends on the family, which may stand anywhere:
 * the command line is read into pairs first, and these are understood when
 * the family is known.
 */
#include "driver/generate/gen_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/command/command.h"
#include "driver/generate/generate.h"
#include "driver/trace/number.h"

enum { MOST_OPTIONS = 32, LIST_COLUMNS = 75 };

struct setting {
    const char *name; /* without dashes */
    const char *value;
};

struct request {
    const char *family;
    const char *output;
    bool help;
    struct setting settings[MOST_OPTIONS];
    size_t n_settings;
};

/* Its options depend on the family, so getopt has no part in it. */
static const struct command gen = {.name = "rep gen"};

/* ---- help -------------------------------------------------------------- */

static const char *unit_name(enum family_unit unit)
{
    switch (unit) {
    case UNIT_BYTES: return "BYTES";
    case UNIT_PERCENT: return "PERCENT";
    default: return "N";
    }
}

static void print_option(const char *name, const char *value, const char *help)
{
    char option[64];
    snprintf(option, sizeof option, "--%s %s", name, value);
    printf("  %-20s %s", option, help);
}

static void print_param(const struct family_param *param)
{
    print_option(param->name, unit_name(param->unit), param->help);
    if (param->unit == UNIT_COUNT) {
        printf(" (%" PRIu64 "; %" PRIu64 " to %" PRIu64 ")\n", param->normal,
               param->least, param->most);
    } else {
        printf(" (%" PRIu64 ")\n", param->normal);
    }
}

static int print_family_help(const struct trace_family *family)
{
    printf("usage: rep gen %s [options]\n%s: %s.\n\n", family->name,
           family->name, family->summary);
    if (family->text.name != NULL) {
        print_option(family->text.name, family->text.value, family->text.help);
        puts("");
    }
    if (family->fitted) {
        puts("  --from TRACE         what is modelled, in any dialect");
    }
    printf("  --ops N              about how many operations (%" PRIu64 ")\n",
           family->ops);
    if (family->seeded) {
        puts("  --seed N             of the random numbers (1)");
    }
    for (int i = 0; i < FAMILY_PARAMS && family->params[i].name; i++) {
        print_param(&family->params[i]);
    }
    puts("  -o, --output FILE    instead of standard output; compressed where\n"
         "                       it ends in .gz, .zst, .xz or .bz2");
    return command_flush(&gen);
}

static int print_help(void)
{
    puts("usage: rep gen FAMILY [options]   (rep gen FAMILY --help tells its "
         "own)\n"
         "Makes a synthetic trace; the same options give the same bytes on "
         "any\nmachine.\n\n"
         "  -o, --output FILE    instead of standard output; compressed where\n"
         "                       it ends in .gz, .zst, .xz or .bz2\n"
         "      --ops N          about how many operations\n"
         "      --seed N         of the random numbers\n"
         "  -h, --help           this text, or the options of the family\n\n"
         "K, M and G behind a number: thousands of N, 1024s of BYTES.  Sizes "
         "can be\nanything from 1 byte to 256 GiB.\n\n"
         "Families, and how many operations they make by default:");
    for (const struct trace_family *const *f = trace_families; *f; f++) {
        printf("  %-11s %7" PRIu64 "  %s\n", (*f)->name, (*f)->ops,
               (*f)->summary);
    }
    return command_flush(&gen);
}

/* ---- the command line -------------------------------------------------- */

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

static int add_setting(struct request *request, const char *name,
                       const char *value)
{
    if (strcmp(name, "output") == 0 || strcmp(name, "o") == 0) {
        request->output = value;
        return 0;
    }
    if (request->n_settings == MOST_OPTIONS) {
        return command_refuse(&gen, "expected fewer options, got \"--%s\" too",
                              name);
    }
    request->settings[request->n_settings++] = (struct setting){name, value};
    return 0;
}

/* Takes "--NAME VALUE", "--NAME=VALUE", "-o FILE" or "-oFILE" at argv[*at]. */
static int read_option(char **argv, int *at, struct request *request)
{
    char *word = argv[*at];
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
        request->help = true;
        return 0;
    }
    if (word[1] != '-' && word[1] != 'o') {
        return command_refuse(&gen, "expected an option, got \"%s\"", word);
    }
    if (word[1] == 'o' && word[2] != '\0') {
        return add_setting(request, "o", word + 2);
    }
    char *name = word + (word[1] == '-' ? 2 : 1);
    char *equals = strchr(name, '=');
    if (equals != NULL) {
        *equals = '\0';
        return add_setting(request, name, equals + 1);
    }
    if (argv[*at + 1] == NULL) {
        return command_refuse(&gen, "expected a value behind %s, got none",
                              word);
    }
    ++*at;
    return add_setting(request, name, argv[*at]);
}

static int read_command_line(char **argv, struct request *request)
{
    for (int at = 1; argv[at] != NULL; at++) {
        if (is_option(argv[at])) {
            if (read_option(argv, &at, request) != 0) {
                return COMMAND_USAGE;
            }
        } else if (request->family != NULL) {
            return command_refuse(&gen, "expected one family only, got \"%s\"",
                                  argv[at]);
        } else {
            request->family = argv[at];
        }
    }
    return 0;
}

/* ---- what the options mean --------------------------------------------- */

static int read_number(const char *text, enum family_unit unit,
                       uint64_t *number)
{
    switch (unit) {
    case UNIT_BYTES: return number_parse_bytes(text, number);
    case UNIT_PERCENT: return number_parse(text, number);
    default: return number_parse_count(text, number);
    }
}

static const char *number_name(enum family_unit unit)
{
    switch (unit) {
    case UNIT_BYTES: return "a number of bytes, as 640, 64K or 2M";
    case UNIT_PERCENT: return "a whole number of per cent";
    default: return "a number, as 500, 20K or 10M";
    }
}

static int read_from(const char *path, struct trace *from)
{
    struct trace_error error;
    return trace_read(path, from, &error) == 0 ? 0 : command_fail(&gen, &error);
}

/* from is filled where --from is given. */
static int apply(const struct setting *setting, struct generate_params *params,
                 struct trace *from)
{
    const struct trace_family *family = params->family;
    struct generate_error error;
    enum family_unit unit;
    uint64_t number;
    if (family->fitted && strcmp(setting->name, "from") == 0) {
        trace_free(from);
        memset(from, 0, sizeof *from);
        params->from = from;
        return read_from(setting->value, from);
    }
    if (family->text.name != NULL &&
        strcmp(setting->name, family->text.name) == 0) {
        params->text = setting->value;
        return 0;
    }
    if (generate_unit(family, setting->name, &unit) != 0) {
        return command_refuse(&gen, "expected an option of %s, got \"--%s\"",
                              family->name, setting->name);
    }
    if (read_number(setting->value, unit, &number) != 0) {
        return command_refuse(&gen, "--%s: expected %s, got \"%s\"",
                              setting->name, number_name(unit), setting->value);
    }
    return generate_set(params, setting->name, number, &error) == 0
               ? 0
               : command_refuse(&gen, "%s", error.message);
}

static int generate(const struct request *request,
                    const struct trace_family *family, struct trace *from)
{
    struct generate_params params = generate_defaults(family);
    for (size_t i = 0; i < request->n_settings; i++) {
        if (apply(&request->settings[i], &params, from) != 0) {
            return COMMAND_USAGE;
        }
    }
    struct generate_error error;
    const char *output = request->output == NULL ? "-" : request->output;
    if (generate_file(&params, output, &error) == 0) {
        return 0;
    }
    command_say(&gen, "%s", error.message);
    return COMMAND_USAGE;
}

static int print_unknown_family(const char *name)
{
    int column = 0;
    fprintf(stderr, "rep gen: expected a family, got \"%s\"; there are", name);
    for (const struct trace_family *const *f = trace_families; *f; f++) {
        column -= 2 + (int)strlen((*f)->name);
        if (column < 0) {
            fputs("\n ", stderr);
            column = LIST_COLUMNS - (int)strlen((*f)->name);
        }
        fprintf(stderr, " %s%s", (*f)->name, f[1] == NULL ? "\n" : ",");
    }
    return COMMAND_USAGE;
}

int gen_command(int argc, char **argv)
{
    (void)argc;
    struct request request = {.family = NULL};
    struct trace from = {.path = NULL};
    if (read_command_line(argv, &request) != 0) {
        return COMMAND_USAGE;
    }
    if (request.family == NULL) {
        return request.help ? print_help()
                            : command_refuse(&gen, "expected a family");
    }
    const struct trace_family *family = trace_family_find(request.family);
    if (family == NULL) {
        return print_unknown_family(request.family);
    }
    if (request.help) {
        return print_family_help(family);
    }
    int status = generate(&request, family, &from);
    trace_free(&from);
    return status;
}
