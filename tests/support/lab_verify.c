/*
 * lab_verify.c -- check passes, and walk agrees with heap and live set.
 */
#include "tests/support/lab.h"

struct progress {
    struct lab *lab;
    const unsigned char *at; /* where the next block must begin */
    size_t mapping;          /* index of the mapping that comes next */
    size_t met;              /* live blocks visited */
    size_t retired;          /* bytes inside free blocks */
};

/* At the end of the break's part or of a mapping the next mapping follows. */
static void skip_to_mapping(struct progress *p)
{
    const struct heap *heap = &p->lab->heap;
    const unsigned char *end = heap_top(heap);
    if (p->mapping > 0) {
        const struct heap_range *m = &heap->mappings.at[p->mapping - 1];
        end = heap->base + m->offset + m->bytes;
    }
    if (p->at == end && p->mapping < heap->mappings.n) {
        p->at = heap->base + heap->mappings.at[p->mapping++].offset;
    }
}

static enum lab_outcome meet(struct progress *p, const struct block_info *block)
{
    struct lab *lab = p->lab;
    const unsigned char *start = block->address;
    const unsigned char *payload = block->payload;
    if (p->met == lab->n_live || lab->live[p->met].payload != payload) {
        return lab_wrong(lab,
                         "walk shows a used block at offset %#zx that is not "
                         "live",
                         (size_t)(payload - lab->heap.base));
    }
    if (payload < start ||
        payload + block->payload_bytes > start + block->bytes ||
        block->payload_bytes != lab->live[p->met].usable) {
        return lab_wrong(lab, "walk shows %zu payload bytes, usable are %zu",
                         block->payload_bytes, lab->live[p->met].usable);
    }
    p->met++;
    return LAB_DONE;
}

/* Pages inside a free block may be retired. */
static bool within_heap(const struct progress *p,
                        const struct block_info *block)
{
    const struct heap *heap = &p->lab->heap;
    const unsigned char *start = block->address;
    return block->kind == BLOCK_FREE
               ? heap_contains(heap, start, 1) &&
                     heap_contains(heap, start + block->bytes - 1, 1)
               : heap_contains(heap, start, block->bytes);
}

/* Between the notes of a free block, where they may be. */
static size_t retired_inside(const struct heap *heap,
                             const struct block_info *block)
{
    const size_t notes = POLICY_NOTES_FIRST + POLICY_NOTES_LAST;
    return block->kind == BLOCK_FREE && block->bytes > notes
               ? heap_retired_bytes(heap,
                                    (const unsigned char *)block->address +
                                        POLICY_NOTES_FIRST,
                                    block->bytes - notes)
               : 0;
}

static int visit(void *context, const struct block_info *block)
{
    struct progress *p = context;
    skip_to_mapping(p);
    if (block->address != p->at || block->bytes == 0 ||
        !within_heap(p, block)) {
        lab_wrong(
            p->lab,
            "walk shows %zu bytes at offset %#zx, expected a block "
            "at %#zx",
            block->bytes,
            (size_t)((const unsigned char *)block->address - p->lab->heap.base),
            (size_t)(p->at - p->lab->heap.base));
        return 1;
    }
    p->at += block->bytes;
    p->retired += retired_inside(&p->lab->heap, block);
    return block->kind == BLOCK_USED && meet(p, block) != LAB_DONE;
}

static enum lab_outcome verify_walk(struct lab *lab)
{
    struct progress p = {.lab = lab, .at = lab->heap.base};
    if (lab->policy->walk(&lab->heap, visit, &p) != 0) {
        return lab_wrong(lab, "walk ended early");
    }
    const unsigned char *before = p.at;
    skip_to_mapping(&p);
    bool at_end = p.mapping > 0 || p.at == heap_top(&lab->heap);
    if (!at_end || p.at != before || p.mapping != lab->heap.mappings.n) {
        return lab_wrong(lab, "walk does not cover the whole heap");
    }
    if (p.retired != lab->heap.retired) {
        return lab_wrong(lab, "%zu bytes are retired, %zu inside free blocks",
                         lab->heap.retired, p.retired);
    }
    if (p.met != lab->n_live) {
        return lab_wrong(lab, "walk shows %zu of %zu live blocks", p.met,
                         lab->n_live);
    }
    return LAB_DONE;
}

/* Nobody wrote beyond a block here. */
static enum lab_outcome verify_soundness(struct lab *lab)
{
    const struct policy *policy = lab->policy;
    for (size_t i = 0; policy->is_sound != NULL && i < lab->n_live; i++) {
        const struct lab_block *block = &lab->live[i];
        if (!policy->is_sound(&lab->heap, block->payload, 0) ||
            !policy->is_sound(&lab->heap, block->payload, block->size)) {
            return lab_wrong(lab,
                             "block at offset %#zx of %zu bytes, %zu usable, "
                             "is said not to be sound",
                             (size_t)(block->payload - lab->heap.base),
                             block->size, block->usable);
        }
    }
    return LAB_DONE;
}

enum lab_outcome lab_verify(struct lab *lab)
{
    if (lab->why[0] != '\0') {
        return LAB_WRONG;
    }
    struct policy_fault fault;
    if (lab->policy->check(&lab->heap, &fault) != 0) {
        return lab_wrong(lab, "check: %s at %p: %s", fault.rule, fault.address,
                         fault.detail);
    }
    return verify_walk(lab) == LAB_DONE ? verify_soundness(lab) : LAB_WRONG;
}
