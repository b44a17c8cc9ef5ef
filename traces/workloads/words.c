/*
 * words.c -- what the compiler is recorded on: counts words of a text in a
 * hash table and prints the most frequent ones.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    struct word *next;
    unsigned long count;
    size_t length;
    char text[];
};

struct table {
    struct word **buckets;
    size_t n_buckets;
    size_t n_words;
};

static uint64_t hash(const char *text, size_t length)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    return h;
}

static void rehash(struct table *table)
{
    size_t n = table->n_buckets ? table->n_buckets * 2 : 64;
    struct word **buckets = calloc(n, sizeof *buckets);
    if (!buckets)
        abort();
    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct word *w = table->buckets[i], *next; w; w = next) {
            size_t at = hash(w->text, w->length) % n;
            next = w->next;
            w->next = buckets[at];
            buckets[at] = w;
        }
    free(table->buckets);
    table->buckets = buckets;
    table->n_buckets = n;
}

static void count(struct table *table, const char *text, size_t length)
{
    if (table->n_words >= table->n_buckets)
        rehash(table);
    struct word **at = &table->buckets[hash(text, length) % table->n_buckets];
    for (struct word *w = *at; w; w = w->next)
        if (w->length == length && memcmp(w->text, text, length) == 0) {
            w->count++;
            return;
        }
    struct word *w = malloc(sizeof *w + length + 1);
    if (!w)
        abort();
    *w = (struct word){.next = *at, .count = 1, .length = length};
    memcpy(w->text, text, length);
    w->text[length] = '\0';
    *at = w;
    table->n_words++;
}

static int by_count(const void *left, const void *right)
{
    const struct word *a = *(struct word *const *)left;
    const struct word *b = *(struct word *const *)right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return strcmp(a->text, b->text);
}

static void print_most_frequent(const struct table *table, size_t n)
{
    struct word **all = malloc(table->n_words * sizeof *all);
    size_t used = 0;
    if (!all)
        abort();
    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct word *w = table->buckets[i]; w; w = w->next)
            all[used++] = w;
    qsort(all, used, sizeof *all, by_count);
    for (size_t i = 0; i < used && i < n; i++)
        printf("%8lu %s\n", all[i]->count, all[i]->text);
    free(all);
}

static void count_line(struct table *table, char *line)
{
    for (char *start = line; *start;) {
        while (*start && !isalpha((unsigned char)*start))
            start++;
        char *end = start;
        for (; isalpha((unsigned char)*end); end++)
            *end = (char)tolower((unsigned char)*end);
        if (end > start)
            count(table, start, (size_t)(end - start));
        start = end;
    }
}

int main(void)
{
    struct table table = {0};
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        count_line(&table, line);
    free(line);
    if (table.n_words)
        print_most_frequent(&table, 20);
    return 0;
}
