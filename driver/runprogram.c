/*
 * runprogram.c -- runs a program under libmymalloc.so.
 *
 *     runprogram ls -l      as  LD_PRELOAD=.../libmymalloc.so ls -l
 *
 * The library is the one beside this program, or in ../lib where both are
 * installed.  Other preloaded libraries stay, behind ours.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USAGE = 2, CANNOT_RUN = 126, NOT_FOUND = 127 };

static const char usage[] =
    "usage: runprogram PROGRAM [ARGUMENT]...\n"
    "Runs a program with the allocators of libmymalloc.so as its malloc.\n"
    "\n"
    "MALLOC_POLICY=NAME chooses another one of mdriver --list, MALLOC_DEBUG=1\n"
    "finds misuse, MALLOC_STATS=1 prints figures at exit, and\n"
    "MALLOC_TRACE_FILE=FILE.rep writes a trace; mymalloc(3) has all of them.\n";

/* The folder that this program lies in, with the slash; 0 or -1. */
static int find_folder(char *folder, size_t room)
{
    ssize_t length = readlink("/proc/self/exe", folder, room - 1);
    if (length <= 0) {
        return -1;
    }
    folder[length] = '\0';
    strrchr(folder, '/')[1] = '\0';
    return 0;
}

static int find_library(char *path, size_t room)
{
    static const char *const places[] = {"", "../lib/"};
    char folder[PATH_MAX];
    if (find_folder(folder, sizeof folder) != 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int length =
            snprintf(path, room, "%s%slibmymalloc.so", folder, places[i]);
        if (length > 0 && (size_t)length < room && access(path, R_OK) == 0) {
            return 0;
        }
    }
    return -1;
}

static int preload(const char *library)
{
    const char *others = getenv("LD_PRELOAD");
    size_t room = strlen(library) + (others ? strlen(others) : 0) + 2;
    char *all = malloc(room);
    if (all == NULL) {
        return -1;
    }
    snprintf(all, room, "%s%s%s", library, others ? ":" : "",
             others ? others : "");
    int status = setenv("LD_PRELOAD", all, 1);
    free(all);
    return status;
}

int main(int argc, char **argv)
{
    char library[PATH_MAX + 32];
    bool asked = argc > 1 &&
                 (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    bool ends_options = argc > 1 && strcmp(argv[1], "--") == 0;
    char **command = argv + 1 + ends_options;
    if (argc < 2 || *command == NULL || asked) {
        fputs(usage, asked ? stdout : stderr);
        return asked && fflush(stdout) == 0 ? 0 : USAGE;
    }
    if (find_library(library, sizeof library) != 0) {
        fputs("runprogram: expected libmymalloc.so beside it\n", stderr);
        return USAGE;
    }
    if (preload(library) != 0) {
        perror("runprogram");
        return USAGE;
    }
    execvp(command[0], command);
    int error = errno;
    fprintf(stderr, "runprogram: %s: %s\n", command[0], strerror(error));
    return error == ENOENT ? NOT_FOUND : CANNOT_RUN;
}
