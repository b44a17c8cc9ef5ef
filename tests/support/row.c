/*
 * row.c -- takes, gives and tells blocks.
 */
#include "tests/support/row.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

void row_open_limited(struct row *row, const char *name, size_t limit_bytes)
{
    struct variant variant = variant_named(name);
    struct heap_options options = {.limit_bytes = limit_bytes};
    row->policy = variant.policy;
    ck_assert_int_eq(heap_init(&row->heap, &options), 0);
    ck_assert_int_eq(row->policy->init(&row->heap, variant.values), 0);
}

void row_open(struct row *row, const char *name)
{
    row_open_limited(row, name, 0);
}

void row_close(struct row *row)
{
    heap_destroy(&row->heap);
}

void *row_fill(struct row *row, size_t size)
{
    void *payload = row->policy->malloc(&row->heap, size);
    ck_assert_ptr_nonnull(payload);
    return memset(payload, 0x5a, size);
}

void row_fill_all(struct row *row, unsigned char **payloads, size_t n,
                  size_t size)
{
    for (size_t i = 0; i < n; i++) {
        payloads[i] = row_fill(row, size);
    }
}

void *row_take(struct row *row, size_t bytes)
{
    return row_fill(row, bytes - 8);
}

void row_take_all(struct row *row, unsigned char **payloads,
                  const size_t *bytes)
{
    for (size_t i = 0; bytes[i] != 0; i++) {
        payloads[i] = row_take(row, bytes[i]);
    }
}

void row_give(struct row *row, void *payload)
{
    row->policy->free(&row->heap, payload);
}

void row_expect_sound(struct row *row)
{
    struct policy_fault fault = {0};
    ck_assert_msg(row->policy->check(&row->heap, &fault) == 0, "%s: %s",
                  fault.rule, fault.detail);
}

void row_take_with_holes(struct row *row, struct block **blocks,
                         const size_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        blocks[i] = block_of(row_take(row, bytes[i]));
    }
    for (size_t i = 1; i < n; i += 2) {
        row_give(row, block_payload(blocks[i]));
    }
    row_expect_sound(row);
}

static int tell(void *context, const struct block_info *block)
{
    char *text = context;
    if (block->kind != BLOCK_METADATA) {
        size_t used = strlen(text);
        snprintf(text + used, 200 - used, "%s%c%zu", used != 0 ? " " : "",
                 block->kind == BLOCK_USED ? 'u' : 'f', block->bytes);
    }
    return 0;
}

void row_expect(struct row *row, const char *blocks)
{
    char found[200] = "";
    row_expect_sound(row);
    row->policy->walk(&row->heap, tell, found);
    ck_assert_str_eq(found, blocks);
}

/* Returns the address that check names. */
static const void *address_of_fault(struct row *row, const char *rule)
{
    struct policy_fault fault = {0};
    ck_assert_int_eq(row->policy->check(&row->heap, &fault), -1);
    ck_assert_str_eq(fault.rule, rule);
    ck_assert_str_ne(fault.detail, "");
    return fault.address;
}

void row_expect_rule(struct row *row, const char *rule)
{
    address_of_fault(row, rule);
}

void row_expect_fault(struct row *row, const char *rule, const void *address)
{
    ck_assert_ptr_eq(address_of_fault(row, rule), address);
}
