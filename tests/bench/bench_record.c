/*
 * bench_record.c -- what recording costs a program.
 *
 * Each program runs plainly and recorded in turns; the medians of five turns
 * are compared.  "recorded" is the program's own processor time; "in all" that
 * of everything, start, conversion and writing of the trace included, and "by
 * the clock" how long that took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { TURNS = 5, LINE = 4096 };

/* Processor time of a command. */
struct cost {
    double program_ns; /* as it prints it; 0 when it does not */
    double all_ns;
    double wall_ns;
};

static double wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static double children_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return 1e9 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int run(const char *command, struct cost *cost)
{
    double begun = children_ns();
    double wall_begun = wall_ns();
    FILE *output = popen(command, "r");
    if (output == NULL)
        return -1;
    if (fscanf(output, "%lf", &cost->program_ns) != 1)
        cost->program_ns = 0;
    int status = pclose(output);
    cost->all_ns = children_ns() - begun;
    cost->wall_ns = wall_ns() - wall_begun;
    return status == 0 ? 0 : -1;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values)
{
    qsort(values, TURNS, sizeof *values, compare);
    return values[TURNS / 2];
}

static char scratch[] = "/tmp/bench_record.XXXXXX";

static int measure(const char *name, const char *build, const char *command,
                   double wanted)
{
    char recorded[LINE];
    double program[2][TURNS], all[2][TURNS], wall[2][TURNS];
    snprintf(recorded, sizeof recorded,
             "%s/rep record -o %s/out.rep -- %s 2>/dev/null", build, scratch,
             command);
    for (int turn = 0; turn < TURNS; turn++)
        for (int way = 0; way < 2; way++) {
            struct cost cost;
            if (run(way == 0 ? command : recorded, &cost) != 0) {
                printf("record: %s: %s failed\n", name, command);
                return 1;
            }
            program[way][turn] = cost.program_ns;
            all[way][turn] = cost.all_ns;
            wall[way][turn] = cost.wall_ns;
        }
    double plain_ns = median(all[0]);
    double all_ratio = median(all[1]) / plain_ns;
    double plain_program_ns = median(program[0]);
    double ratio = plain_program_ns == 0
                       ? all_ratio
                       : median(program[1]) / plain_program_ns;
    printf("record: %-22s plain %6.3f s  recorded %.2f x (at most %.1f "
           "wanted%s)  in all %.2f x  by the clock %.2f x\n",
           name, plain_ns / 1e9, ratio, wanted,
           ratio <= wanted ? "" : ": missed", all_ratio,
           median(wall[1]) / median(wall[0]));
    return 0;
}

int main(void)
{
    const char *build = getenv("BUILD");
    build = build == NULL ? "build/release" : build;
    if (mkdtemp(scratch) == NULL)
        return 1;
    char pairs[LINE], random[LINE], gcc[LINE];
    snprintf(pairs, sizeof pairs, "%s/tests/programs/churn pairs 5000000",
             build);
    snprintf(random, sizeof random, "%s/tests/programs/churn random 10000000",
             build);
    snprintf(gcc, sizeof gcc,
             "gcc -D_GNU_SOURCE -I. -O2 -c driver/record/convert.c -o "
             "%s/out.o",
             scratch);
    int failed = measure("10 M calls, in pairs", build, pairs, 3) +
                 measure("10 M calls, at random", build, random, 3) +
                 measure("gcc -O2", build, gcc, 1.3);
    snprintf(gcc, sizeof gcc, "rm -r %s", scratch);
    return system(gcc) == 0 ? failed : 1;
}
