/*
 * bench_resident.c -- memory of real programs under libmymalloc.so, against
 * what they have under the C library's malloc.
 *
 * Each program is held at its exit, where the system tells the most that it had
 * in memory (VmHWM): of itself, of files that are mapped, and of the library.
 * Where a mapping lies is chance, and with it how much of a file the system
 * maps along with a page that is touched: medians of some runs in turns are
 * compared.
 *
 *     build/release/bench_resident [PROGRAM...]      from the top folder
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TURNS = 5, NOT_FOUND = 127 };

/* For sh: what comes first, without the library; then the program itself. */
static const struct work {
    const char *name, *before, *program;
} works[] = {
    {"expr", "", "expr 3 + 4"},
    {"ls", "", "ls -lR allocator"},
    {"cat", "", "cat README.md"},
    {"sort", "", "sort traces/short.rep"},
    {"grep", "", "grep -R malloc allocator"},
    {"find", "", "find . -name '*.c'"},
    {"bash", "", "bash -c 'for i in {1..2000}; do x=$x$i; done; echo $x'"},
    {"awk", "", "awk 'BEGIN{for (i = 0; i < 50000; i++) a[i] = i \"x\"}'"},
    {"tar", "", "tar cf - allocator driver"},
    {"xz", "", "xz -c README.md"},
    {"make", "", "make -n"},
    {"git", "", "git log -n 50 --stat"},
    {"perl", "",
     "perl -e '$h{$_} = $_ x 3 for 1..50000; print join \",\", sort keys %h'"},
    {"python", "",
     "python3 -c 'import json; print(json.dumps(list(range(100000))))'"},
    {"sqlite", "",
     "sqlite3 :memory: 'create table t(a, b); with recursive c(i) as (select 1 "
     "union all select i + 1 from c where i < 100000) insert into t select i, "
     "hex(i) from c; select count(*) from t'"},
    {"cc1",
     "gcc -E -I. -D_GNU_SOURCE driver/rep.c >$OUT/rep.i &&"
     " cc1=$(gcc -print-prog-name=cc1) &&",
     "$cc1 -quiet -O2 $OUT/rep.i -o /dev/null"},
    {"vim", "", "vim -u NONE -es -c '%s/a/b/g' -c 'q!' README.md"},
    {"redis",
     "{ sleep .3; redis-benchmark -s $OUT/socket -q -r 20000 -n 40000 -t "
     "set,lpush,hset; redis-cli -s $OUT/socket shutdown nosave; } &",
     "redis-server --port 0 --unixsocket $OUT/socket --save ''"},
};

enum { N_WORKS = sizeof works / sizeof *works };

static char library[PATH_MAX], folder[] = "/tmp/resident.XXXXXX";

/* In the child: the program, or what sh says when there is none. */
static void become(const struct work *work, const char *preload)
{
    char command[2 * PATH_MAX];
    snprintf(command, sizeof command,
             "exec >/dev/null 2>&1 </dev/null\n%s exec env LD_PRELOAD=%s %s",
             work->before, preload, work->program);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    }
    _exit(NOT_FOUND);
}

/* The most that a process had in memory, in KiB; negative: nobody knows. */
static long peak_kib(pid_t process)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)process);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "VmHWM: %ld", &kib);
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib;
}

/* Passes signals on until the process ends; its peak, negative if it fails. */
static long follow(pid_t process)
{
    long kib = -1;
    int status;
    ptrace(PTRACE_SETOPTIONS, process, NULL, PTRACE_O_TRACEEXIT);
    ptrace(PTRACE_CONT, process, NULL, NULL);
    while (waitpid(process, &status, 0) == process && WIFSTOPPED(status)) {
        int signal = WSTOPSIG(status);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
            kib = peak_kib(process);
        }
        ptrace(PTRACE_CONT, process, NULL, signal == SIGTRAP ? 0 : signal);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? kib : -1;
}

static long run(const struct work *work, const char *preload)
{
    int status;
    pid_t process = fork();
    if (process == 0) {
        become(work, preload);
    }
    return process > 0 && waitpid(process, &status, 0) == process
               ? follow(process)
               : -1;
}

static int compare_longs(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

static void compare(const struct work *work)
{
    long plain[TURNS], ours[TURNS];
    for (int turn = 0; turn < TURNS; turn++) {
        plain[turn] = run(work, "");
        ours[turn] = run(work, library);
    }
    qsort(plain, TURNS, sizeof *plain, compare_longs);
    qsort(ours, TURNS, sizeof *ours, compare_longs);
    if (plain[0] < 0 || ours[0] < 0) {
        printf("%-10s %9s: not installed, or it failed\n", work->name, "-");
    } else {
        long a = plain[TURNS / 2], b = ours[TURNS / 2];
        printf("%-10s %9ld %9ld %+9ld %+8.1f %%   %ld-%ld, %ld-%ld\n",
               work->name, a, b, b - a, 100 * (double)(b - a) / (double)a,
               plain[0], plain[TURNS - 1], ours[0], ours[TURNS - 1]);
    }
    fflush(stdout);
}

static bool is_wanted(const char *name, char **names)
{
    bool wanted = *names == NULL;
    for (; *names != NULL; names++) {
        wanted |= strcmp(*names, name) == 0;
    }
    return wanted;
}

static void remove_folder(void)
{
    char command[PATH_MAX];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) {
        fprintf(stderr, "bench_resident: cannot remove %s\n", folder);
    }
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    const char *build = getenv("BUILD");
    (void)argc;
    snprintf(path, sizeof path, "%s/libmymalloc.so",
             build != NULL ? build : "build/release");
    if (realpath(path, library) == NULL || mkdtemp(folder) == NULL) {
        fprintf(stderr, "bench_resident: %s: %s\n", path, strerror(errno));
        return 1;
    }
    setenv("OUT", folder, 1);
    puts("\nmost KiB in memory, under libc's malloc and under mymalloc: "
         "medians and spread\n\n"
         "program         libc  mymalloc      more");
    for (int i = 0; i < N_WORKS; i++) {
        if (is_wanted(works[i].name, argv + 1)) {
            compare(&works[i]);
        }
    }
    remove_folder();
    return 0;
}
