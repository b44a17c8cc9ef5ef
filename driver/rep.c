/*
 * rep.c -- traces: one program, one verb for each way.
 */
#include <stdio.h>
#include <string.h>

#include "driver/command/command.h"
#include "driver/foreign/convert_command.h"
#include "driver/generate/gen_command.h"
#include "driver/inspect/check_command.h"
#include "driver/inspect/info_command.h"
#include "driver/perturb/perturb_command.h"
#include "driver/record/record_command.h"
#include "driver/shrink/shrink_command.h"
#include "driver/version.h"

/* run gets the verb as argv[0] and returns the exit status. */
struct verb {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
};

static const struct verb verbs[] = {
    {"record", "record what a program allocates", record_command},
    {"gen", "make a synthetic trace", gen_command},
    {"convert", "make a trace of another tool's log", convert_command},
    {"perturb", "make a twin with other sizes and order", perturb_command},
    {"info", "tell what traces ask for and what is achievable", info_command},
    {"check", "tell whether files are traces", check_command},
    {"shrink", "keep the smallest trace that fails", shrink_command},
};

static const struct command rep = {.name = "rep"};

enum { N_VERBS = sizeof verbs / sizeof verbs[0], USAGE = 2 };

static void print_usage(FILE *stream)
{
    fputs("usage: rep VERB [options]   (rep VERB --help tells more)\n\n",
          stream);
    for (int i = 0; i < N_VERBS; i++) {
        fprintf(stream, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (int i = 0; i < N_VERBS; i++) {
        if (strcmp(name, verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        print_usage(stdout);
        return command_flush(&rep);
    }
    if (strcmp(name, "--version") == 0) {
        puts("rep " VERSION);
        return command_flush(&rep);
    }
    fprintf(stderr, "rep: expected a verb, got \"%s\"\n", name);
    print_usage(stderr);
    return USAGE;
}
