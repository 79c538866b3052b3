/* Walking the tables to write. */
#include <math.h>
#include <string.h>

#include "pintop/config.h"
#include "pintop/report.h"
#include "report/writer.h"

size_t field_count(const struct field *field, const void *base)
{
    size_t n = field->capacity;
    if (field->count_at != FIELD_NO_COUNT)
        memcpy(&n, (const char *)base + field->count_at, sizeof n);
    return field->capacity > 0 && n > field->capacity ? field->capacity : n;
}

static int64_t field_int(const struct field *field, const void *base)
{
    const void *at = field_of(field, base);
    switch (field->size) {
    case sizeof(int8_t):
        return *(const int8_t *)at;
    case sizeof(int32_t):
        return field->is_signed ? *(const int32_t *)at : (int64_t) * (const uint32_t *)at;
    default:
        return *(const int64_t *)at;
    }
}

static void write_put_int(struct json_writer *to, const struct field *field, const void *base)
{
    int64_t value = field_int(field, base);
    if (field->rules & RULE_TIME)
        json_write_time(to, value);
    else if (!field->is_signed)
        json_write_uint(to, (uint64_t)value);
    else if ((field->rules & RULE_COUNT && value < 0) ||
             (field->rules & RULE_POSITIVE && value <= 0))
        json_write_null(to);
    else
        json_write_int(to, value);
}

static void put_real(struct json_writer *to, const struct field *field, const void *base)
{
    const void *at = field_of(field, base);
    double value = field->size == sizeof(float) ? (double)*(const float *)at : *(const double *)at;
    if (!(field->rules & RULE_RATE)) {
        json_write_figure(to, value);
    } else if (value >= PT_RATE_MAX || value < 0) {
        char text[32];
        pt_rate_format(value, text, sizeof text);
        json_write_text(to, text);
    } else {
        json_write_exact(to, value);
    }
}

static void write_put_text(struct json_writer *to, const struct field *field, const char *text)
{
    bool is_null = text == NULL || (text[0] == '\0' && !(field->rules & RULE_EMPTY));
    json_write_text(to, is_null ? NULL : text);
}

static void write_put_word(struct json_writer *to, const struct field *field, const void *base)
{
    int64_t value = field_int(field, base);
    json_write_text(to, field->is_signed && value < 0 ? NULL : field->word((int)value));
}

static void put_bits(struct json_writer *to, const struct field *field, const void *base)
{
    unsigned bits = *(const unsigned *)field_of(field, base);
    json_write_open(to, '[');
    for (int i = 0; i < 32 && bits >> i != 0; i++) {
        const char *word = field->word(i);
        if ((bits >> i & 1u) == 0 || word[0] == '?')
            continue;
        json_write_item(to);
        json_write_text(to, word);
    }
    json_write_close(to, ']');
}

/* The address of element i of an array of structs, or of what pointer i leads to. */
static const void *write_element(const struct field *field, const void *array, size_t i)
{
    return field->kind == FIELD_REFS ? ((const void *const *)array)[i]
                                     : (const char *)array + i * field->table->size;
}

static void put_list(struct json_writer *to, const struct field *field, const void *base)
{
    const void *array = field_of(field, base);
    if (field->capacity == 0)
        array = *(const void *const *)array;
    json_write_open(to, '[');
    for (size_t i = 0, n = field_count(field, base); i < n; i++) {
        json_write_item(to);
        json_write_object(to, field->table, write_element(field, array, i));
    }
    json_write_close(to, ']');
}

static void put_values(struct json_writer *to, const struct field *field, const void *base)
{
    const void *array = *(const void *const *)field_of(field, base);
    json_write_open(to, '[');
    for (size_t i = 0, n = field_count(field, base); i < n; i++) {
        json_write_item(to);
        if (field->kind == FIELD_NUMBERS)
            json_write_figure(to, (double)((const float *)array)[i]);
        else
            json_write_text(to, ((const char *const *)array)[i]);
    }
    json_write_close(to, ']');
}

static void write_put_value(struct json_writer *to, const struct field *field, const void *base)
{
    const void *at = field_of(field, base);
    switch (field->kind) {
    case FIELD_BOOL:
        json_write_bool(to, *(const bool *)at);
        break;
    case FIELD_INT:
        write_put_int(to, field, base);
        break;
    case FIELD_REAL:
        put_real(to, field, base);
        break;
    case FIELD_TEXT:
        write_put_text(to, field, at);
        break;
    case FIELD_STRING:
        write_put_text(to, field, *(const char *const *)at);
        break;
    case FIELD_WORD:
        write_put_word(to, field, base);
        break;
    case FIELD_BITS:
        put_bits(to, field, base);
        break;
    case FIELD_OBJECT:
        json_write_object(to, field->table, at);
        break;
    case FIELD_GROUP:
        json_write_object(to, field->table, base);
        break;
    case FIELD_PART:
        json_write_object(to, field->table, *(const void *const *)at);
        break;
    case FIELD_ROWS:
    case FIELD_LIST:
    case FIELD_REFS:
        put_list(to, field, base);
        break;
    case FIELD_NUMBERS:
    case FIELD_STRINGS:
        put_values(to, field, base);
        break;
    case FIELD_OWN:
    case FIELD_MADE:
        field->own->write(to, field, base);
        break;
    case FIELD_HELD:
        break;
    }
}

void json_write_fields(struct json_writer *to, const struct field_table *table, const void *base)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct field *field = &table->fields[i];
        if (field->kind == FIELD_PART && *(const void *const *)field_of(field, base) == NULL)
            continue; /* a change leaves out the sections that are as before */
        if (field->kind == FIELD_PART && field->key == NULL) {
            json_write_fields(to, field->table, *(const void *const *)field_of(field, base));
        } else if (field->kind != FIELD_HELD) {
            json_write_key(to, field->key);
            if (field->is_known != NULL && !field->is_known(base))
                json_write_null(to);
            else
                write_put_value(to, field, base);
        }
    }
}

void json_write_object(struct json_writer *to, const struct field_table *table, const void *base)
{
    json_write_open(to, '{');
    json_write_fields(to, table, base);
    json_write_close(to, '}');
}

char *json_write_document(const struct field_table *table, const void *base,
                          const struct pt_snapshot *snap)
{
    struct json_writer to;
    json_writer_init(&to, snap);
    json_write_open(&to, '{');
    json_write_key(&to, FIELD_KEY("api"));
    json_write_int(&to, PT_JSON_API);
    json_write_fields(&to, table, base);
    json_write_close(&to, '}');
    return json_writer_take(&to);
}
