/*
 * mymalloc-symbols.c -- names code addresses of a running process.
 *
 *     mymalloc-symbols PID <ADDRESSES
 *
 * libmymalloc.so starts it when its debug mode has something to report.  Each
 * line of standard input is an address in hexadecimal; the answer is a line
 * "function TAB file:line" for each function there, inlined ones first, and an
 * empty line.  Where no function is known, only the empty line comes.
 */
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>

#include "driver/replay/symbol_names.h"

enum { USAGE = 2, FRAMES = 8 };

/* Debugging information on this machine only: nothing is downloaded. */
static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_build_id_find_debuginfo,
};

static Dwfl *look_at(pid_t pid)
{
    Dwfl *dwfl = dwfl_begin(&callbacks);
    if (dwfl == NULL) {
        return NULL;
    }
    int failed = dwfl_linux_proc_report(dwfl, pid);
    if (dwfl_report_end(dwfl, NULL, NULL) != 0 || failed) {
        dwfl_end(dwfl);
        return NULL;
    }
    return dwfl;
}

static void answer(Dwfl *dwfl, uint64_t address)
{
    struct stack_frame frames[FRAMES];
    size_t n = symbol_names(dwfl, address, frames, FRAMES);
    for (size_t i = 0; i < n && frames[i].function[0] != '\0'; i++) {
        printf("%s\t%s", frames[i].function, frames[i].file);
        if (frames[i].line != 0) {
            printf(":%u", frames[i].line);
        }
        putchar('\n');
    }
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char line[64];
    int pid = argc == 2 ? atoi(argv[1]) : 0;
    if (pid <= 0) {
        fputs("usage: mymalloc-symbols PID <ADDRESSES\n", stderr);
        return USAGE;
    }
    Dwfl *dwfl = look_at(pid);
    if (dwfl == NULL) {
        fprintf(stderr, "mymalloc-symbols: %d: cannot look at this process\n",
                pid);
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        answer(dwfl, strtoull(line, NULL, 16));
    }
    dwfl_end(dwfl);
    return 0;
}
