/*
 * process.c -- what programs do around an allocator, one deed for each name.
 *
 *     process NAME      exit 0, or 1 after telling what was wrong
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    _exit(1);
}

static void expect(int holds, const char *what)
{
    if (!holds) {
        fail(what);
    }
}

/* ---- fork beside threads that use streams -------------------------------- */

static atomic_bool enough;

/* Allocates under the lock of a stream. */
static void *read_lines(void *argument)
{
    FILE *stream = argument;
    while (!enough) {
        char *line = NULL;
        size_t room = 0;
        rewind(stream);
        expect(getline(&line, &room, stream) > 0, "no line was read");
        free(line);
        usleep(20); /* locks are not fair */
    }
    return NULL;
}

/* Takes the locks of all streams, under that of their list. */
static void *flush_all(void *argument)
{
    (void)argument;
    while (!enough) {
        fflush(NULL);
        usleep(20);
    }
    return NULL;
}

static FILE *stream_with_a_long_line(void)
{
    FILE *stream = tmpfile();
    expect(stream != NULL, "no temporary file");
    for (int i = 0; i < 50000; i++) {
        fputc('x', stream);
    }
    fputc('\n', stream);
    return stream;
}

static void fork_beside_streams(void)
{
    enum { READERS = 3, FORKS = 30 };
    pthread_t readers[READERS], flusher;
    FILE *streams[READERS];
    for (int i = 0; i < READERS; i++) {
        streams[i] = stream_with_a_long_line();
        pthread_create(&readers[i], NULL, read_lines, streams[i]);
    }
    pthread_create(&flusher, NULL, flush_all, NULL);
    for (int i = 0; i < FORKS; i++) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            free(malloc(100000));
            _exit(fflush(NULL) != 0);
        }
        expect(waitpid(child, &status, 0) == child && status == 0,
               "a child failed");
    }
    enough = 1;
    pthread_join(flusher, NULL);
    for (int i = 0; i < READERS; i++) {
        pthread_join(readers[i], NULL);
        fclose(streams[i]);
    }
}

/* -------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*perform)(void);
} deeds[] = {
    {"fork-beside-streams", fork_beside_streams},
};

int main(int argc, char **argv)
{
    alarm(60);
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        if (argc == 2 && strcmp(argv[1], deeds[i].name) == 0) {
            deeds[i].perform();
            return 0;
        }
    }
    fputs("usage: process NAME\n", stderr);
    return 2;
}
