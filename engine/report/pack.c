#include "report/pack.h"

#include <string.h>

static size_t pack_aligned(size_t at)
{
    const size_t to = _Alignof(max_align_t);
    return (at + to - 1) / to * to;
}

static size_t pack_string(const char **text, char *room, size_t at)
{
    if (*text == NULL)
        return at;
    size_t size = strlen(*text) + 1;
    if (room != NULL)
        *text = memcpy(room + at, *text, size);
    return at + size;
}

static size_t element_size(const struct field *field)
{
    return field->kind == FIELD_LIST      ? field->table->size
           : field->kind == FIELD_NUMBERS ? sizeof(float)
                                          : sizeof(char *);
}

static size_t pack_array(const struct field *field, void *base, char *room, size_t at)
{
    void **place = (void **)(void *)((char *)base + field->offset);
    size_t n = field_count(field, base), size = element_size(field);
    char *array = *place;
    at = pack_aligned(at);
    if (room != NULL) {
        array = n > 0 ? memcpy(room + at, array, n * size) : NULL;
        *place = array;
    }
    at += n * size;
    for (size_t i = 0; i < n; i++) {
        if (field->kind == FIELD_LIST)
            at = field_pack(field->table, array + i * size, room, at);
        else if (field->kind == FIELD_STRINGS)
            at = pack_string((const char **)(void *)(array + i * size), room, at);
    }
    return at;
}

size_t field_pack_one(const struct field *field, void *base, char *room, size_t at)
{
    char *value = (char *)base + field->offset;
    switch (field->kind) {
    case FIELD_STRING:
        return pack_string((const char **)(void *)value, room, at);
    case FIELD_LIST:
    case FIELD_NUMBERS:
    case FIELD_STRINGS:
        return pack_array(field, base, room, at);
    case FIELD_OBJECT:
        return field_pack(field->table, value, room, at);
    case FIELD_GROUP:
        return field_pack(field->table, base, room, at);
    case FIELD_ROWS:
        for (size_t i = 0, n = field_count(field, base); i < n; i++)
            at = field_pack(field->table, value + i * field->table->size, room, at);
        return at;
    default:
        return at;
    }
}

size_t field_pack(const struct field_table *table, void *base, char *room, size_t at)
{
    for (size_t i = 0; i < table->n; i++)
        at = field_pack_one(&table->fields[i], base, room, at);
    return at;
}
