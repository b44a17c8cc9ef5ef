/*
 * machine.c -- processor, kernel, C library and compiler in words.
 */
#include "driver/run/machine.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "driver/version.h"

/* The first "model name" of /proc/cpuinfo. */
static void read_cpu(char *cpu, size_t room)
{
    snprintf(cpu, room, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            colon[strcspn(colon, "\n")] = '\0';
            snprintf(cpu, room, "%.*s", (int)room - 1, colon + 2);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

static void join(char *text, size_t room, char **words)
{
    size_t used = 0;
    text[0] = '\0';
    for (; *words != NULL && used < room; words++) {
        int n = snprintf(text + used, room - used, "%s%s", used != 0 ? " " : "",
                         *words);
        used += n > 0 ? (size_t)n : 0;
    }
}

void machine_describe(struct machine_facts *machine, char **argv)
{
    memset(machine, 0, sizeof *machine);
    read_cpu(machine->cpu, sizeof machine->cpu);
    machine->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    struct utsname name;
    if (uname(&name) == 0) {
        snprintf(machine->kernel, sizeof machine->kernel, "%.20s %.50s",
                 name.sysname, name.release);
    }
    snprintf(machine->libc, sizeof machine->libc, "glibc %s",
             gnu_get_libc_version());
#ifdef __clang__
    snprintf(machine->compiler, sizeof machine->compiler, "%s", __VERSION__);
#else
    snprintf(machine->compiler, sizeof machine->compiler, "gcc %s",
             __VERSION__);
#endif
    snprintf(machine->version, sizeof machine->version, "%s", VERSION);
    join(machine->options, sizeof machine->options, argv + 1);
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(machine->started, sizeof machine->started, "%Y-%m-%dT%H:%M:%SZ",
             &utc);
}
