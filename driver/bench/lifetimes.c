/*
 * lifetimes.c -- one pass over the mapped file (lifetimes.h).
 */
#include "driver/bench/lifetimes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES_MOST = 1 << 28 };

/* The file with a byte 0 behind it; NULL with errno. */
static char *map_text(const char *path, size_t *bytes)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return NULL;
    }
    char *text = NULL;
    if (fstat(fd, &about) == 0) {
        *bytes = (size_t)about.st_size;
        text = mmap(NULL, *bytes + 1, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    if (text == MAP_FAILED || text == NULL) {
        text = NULL;
    } else if (read(fd, text, *bytes) != (ssize_t)*bytes) {
        munmap(text, *bytes + 1);
        text = NULL;
        errno = EIO;
    }
    close(fd);
    return text;
}

/* Reads n numbers behind the letter; whether that is all there is. */
static int read_numbers(const char *text, uint64_t *numbers, int n)
{
    for (; n > 0; n--) {
        char *end;
        errno = 0;
        text += strspn(text, " \t");
        *numbers++ = strtoull(text, &end, 10);
        if (end == text || *text == '-' || errno != 0) {
            return 0;
        }
        text = end;
    }
    text += strspn(text, " \t\r");
    return *text == '\0' || *text == '#';
}

/* 1: a step; 0: nothing to do; -1: wrong. */
static int read_line(const char *line, struct lifetime_step *step)
{
    static const char letters[] = "arfcmwt";
    uint64_t numbers[3] = {0};
    line += strspn(line, " \t\r");
    if (*line == '\0' || *line == '#' || (*line >= '0' && *line <= '9')) {
        return 0;
    }
    if (strchr(letters, *line) == NULL) {
        return -1;
    }
    int n = *line == 'f' || *line == 't' ? 1 : *line == 'm' ? 3 : 2;
    if (*line == 'f' &&
        strncmp(line + strspn(line + 1, " \t") + 1, "-1", 2) == 0) {
        return 0;
    }
    if (!read_numbers(line + 1, numbers, n) || numbers[0] >= PLACES_MOST) {
        return -1;
    }
    step->what = *line == 'c' || *line == 'm' ? 'a' : *line;
    step->place = (uint32_t)numbers[0];
    step->size = numbers[n - 1];
    return *line != 'w' && *line != 't';
}

/* Cuts the text into lines and reads each. */
static int read_text(const char *path, char *text, struct lifetimes *out)
{
    size_t number = 1;
    for (char *line = text, *next; line != NULL; line = next, number++) {
        next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        struct lifetime_step *step = &out->steps[out->n];
        int status = read_line(line, step);
        if (status < 0) {
            fprintf(stderr,
                    "%s:%zu: expected an operation of a trace, got \"%.40s\"\n",
                    path, number, line);
            return -1;
        }
        if (status > 0) {
            out->n++;
            out->n_places = step->place >= out->n_places
                                ? (size_t)step->place + 1
                                : out->n_places;
        }
    }
    if (out->n == 0) {
        fprintf(stderr, "%s: expected a trace, got no operation\n", path);
        return -1;
    }
    return 0;
}

/* No line is shorter than "f 0\n". */
static size_t steps_most(size_t bytes)
{
    return bytes / 4 + 2;
}

int lifetimes_read(const char *path, struct lifetimes *lifetimes)
{
    size_t bytes = 0;
    char *text = map_text(path, &bytes);
    *lifetimes = (struct lifetimes){0};
    void *steps = MAP_FAILED;
    if (text != NULL) {
        steps = mmap(NULL, steps_most(bytes) * sizeof *lifetimes->steps,
                     PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    if (steps == MAP_FAILED) {
        fprintf(stderr, "%s: %s\n", path, strerrordesc_np(errno));
        return -1;
    }
    lifetimes->steps = steps;
    int status = read_text(path, text, lifetimes);
    munmap(text, bytes + 1);
    return status;
}
