/* A sample of synthetic records, parsed. */
#ifndef UNIT_RECORD_H
#define UNIT_RECORD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "stream/record.h"
#include "stream/source.h"

enum column_kind { WHOLE, DECIMAL, TEXT };

/* What the original tables have, written down here a second time. */
struct column {
    const char *name;
    enum column_kind kind;
    const char *dirty; /* its own dirty word; "" has only empty and null; NULL never dirty */
};

static const struct column pin_columns[] = {
    {"index",             WHOLE, NULL                                   },
    {"unique_id",         TEXT,  NULL                                   },
    {"title",             TEXT,  "No Title Data Available"              },
    {"description",       TEXT,  "No description available Story format"},
    {"poster_name",       TEXT,  "User Info Error"                      },
    {"follower_count",    TEXT,  "User Info Error"                      },
    {"tag_list",          TEXT,  "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"    },
    {"is_image_or_video", TEXT,  NULL                                   },
    {"image_src",         TEXT,  "Image src error."                     },
    {"downloaded",        WHOLE, NULL                                   },
    {"save_location",     TEXT,  NULL                                   },
    {"category",          TEXT,  NULL                                   },
};
static const struct column geo_columns[] = {
    {"ind",       WHOLE,   NULL},
    {"timestamp", TEXT,    NULL},
    {"latitude",  DECIMAL, NULL},
    {"longitude", DECIMAL, NULL},
    {"country",   TEXT,    ""  },
};
static const struct column user_columns[] = {
    {"ind",         WHOLE, NULL},
    {"first_name",  TEXT,  ""  },
    {"last_name",   TEXT,  ""  },
    {"age",         WHOLE, ""  },
    {"date_joined", TEXT,  NULL},
};

static const struct column *columns_of(enum pt_stream_id id, size_t *n)
{
    static const struct column *const tables[] = {pin_columns, geo_columns, user_columns};
    static const size_t sizes[] = {12, 5, 5};
    *n = sizes[id];
    return tables[id];
}

static bool is_dirty(const struct column *column, const cJSON *item)
{
    if (cJSON_IsNull(item))
        return true;
    return cJSON_IsString(item) &&
           (item->valuestring[0] == '\0' ||
            (column->dirty && strcmp(item->valuestring, column->dirty) == 0));
}

/* A record in a block of exactly the promised size, so that the sanitizer sees a write too far. */
struct sample {
    char *raw;
    size_t len;
    cJSON *json;
};

static struct sample sample_make(const struct record_gen *gen, enum pt_stream_id id, uint64_t index)
{
    struct sample sample = {.raw = malloc(RECORD_MAX_BYTES)};
    assert_non_null(sample.raw);
    sample.len = record_write(gen, id, index, sample.raw);
    assert_in_range(sample.len, 2, RECORD_MAX_BYTES);
    const char *end = NULL;
    sample.json = cJSON_ParseWithLengthOpts(sample.raw, sample.len, &end, 0);
    if (!sample.json)
        fail_msg("not JSON: %.*s", (int)sample.len, sample.raw);
    assert_ptr_equal(end, sample.raw + sample.len);
    return sample;
}

static void sample_done(struct sample *sample)
{
    cJSON_Delete(sample->json);
    free(sample->raw);
}

static const char *text_of(const struct sample *sample, const char *column)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(sample->json, column);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static double number_of(const struct sample *sample, const char *column)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(sample->json, column);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

#endif
