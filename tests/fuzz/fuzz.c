/* Whatever comes from outside, parsed: mutations of real input, under the sanitizers. Each target
 * has libFuzzer's signature; the driver here needs no clang.
 *
 *   fuzz TARGET [-n RUNS] [-t SECONDS] [-s SEED] FILE…
 *   fuzz -l                                             lists the targets
 *
 * The files are the corpus; *.json fixtures of the tests are taken apart into their bodies. A run
 * is a function of its seed and its number: a crash names both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "targets/targets.h"

enum { CORPUS_MAX = 512 };

static const struct target {
    const char *name;
    int (*run)(const uint8_t *data, size_t len);
    bool is_raw; /* the files as they are, not taken apart */
} TARGETS[] = {
    {"properties", fuzz_properties, false},
    {"aws_files",  fuzz_aws_files,  false},
    {"json",       fuzz_json,       false},
    {"xml",        fuzz_xml,        false},
    {"url",        fuzz_url,        false},
    {"log",        fuzz_log,        false},
    {"connect",    fuzz_connect,    false},
    {"replay",     fuzz_replay,     true },
    {"csv",        fuzz_csv,        true },
    {"rows",       fuzz_rows,       true },
    {"report",     fuzz_report,     true },
    {"attach",     fuzz_attach,     true },
    {"record",     fuzz_record,     true },
    {"draft",      fuzz_draft,      true },
};
enum { N_TARGETS = sizeof TARGETS / sizeof *TARGETS };

/* ------------------------------------------------------------------ the corpus */

static struct {
    uint8_t *data;
    size_t len;
} corpus[CORPUS_MAX];
static size_t n_corpus;

static void add_input(const char *data, size_t len)
{
    if (n_corpus == CORPUS_MAX || len == 0 || len > INPUT_MAX / 2)
        return;
    corpus[n_corpus].data = malloc(len + 1);
    memcpy(corpus[n_corpus].data, data, len);
    corpus[n_corpus].data[len] = 0;
    corpus[n_corpus++].len = len;
}

/* The texts within a fixture are what was on the wire, or in a file. */
static void add_texts(const cJSON *json)
{
    for (const cJSON *item = json; item != NULL; item = item->next) {
        const char *text = cJSON_GetStringValue(item);
        if (text != NULL && strlen(text) > 20) {
            char *body = malloc(strlen(text) + 2);
            body[0] = ' '; /* the status */
            memcpy(body + 1, text, strlen(text) + 1);
            add_input(body, strlen(body));
            free(body);
        }
        add_texts(item->child);
    }
}

static void read_corpus(const char *path, bool is_raw)
{
    char *text = malloc(1 << 20);
    FILE *in = fopen(path, "re");
    size_t len = in != NULL ? fread(text, 1, 1 << 20, in) : 0;
    cJSON *json = NULL;
    if (in != NULL)
        fclose(in);
    if (!is_raw && json_parse(text, len, &json, NULL) == PT_OK)
        add_texts(json->child);
    else
        add_input(text, len);
    json_free(json);
    free(text);
}

/* ------------------------------------------------------------------ mutations */

static uint64_t rng;

static uint32_t any(uint32_t below)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return below > 0 ? (uint32_t)(rng >> 32) % below : 0;
}

static size_t mutate(uint8_t *out, size_t len)
{
    static const char *const words[] = {"\"",      "\\",        "{",    "}",         "[",
                                        "]",       "<",         "</",   "&amp;",     "<!DOCTYPE a>",
                                        "\\u0000", "\\ud800",   "null", "-1e999",    "99999999999",
                                        "\n",      "\r\n",      "=",    ":",         "[profile x]",
                                        "\xff",    "\xe2\x80",  "%",    "%zz",       "http://",
                                        "@",       "nextToken", "]]>",  "<![CDATA[", "\t"};
    uint32_t changes = 1 + any(6);
    while (changes-- > 0 && len > 0) {
        uint32_t at = any((uint32_t)len), kind = any(6);
        if (kind == 0) {
            out[at] ^= (uint8_t)(1u << any(8));
        } else if (kind == 1) {
            out[at] = (uint8_t)any(256);
        } else if (kind == 2) { /* cut off */
            len = at;
        } else if (kind == 3) { /* take a piece out */
            size_t n = any((uint32_t)(len - at)) + 1;
            memmove(out + at, out + at + n, len - at - n);
            len -= n;
        } else if (kind == 4) { /* put a word in */
            const char *word = words[any(sizeof words / sizeof *words)];
            size_t n = strlen(word);
            if (len + n > INPUT_MAX)
                continue;
            memmove(out + at + n, out + at, len - at);
            memcpy(out + at, word, n);
            len += n;
        } else { /* repeat a piece */
            size_t n = any((uint32_t)(len - at)) + 1;
            if (len + n > INPUT_MAX)
                continue;
            memmove(out + at + n, out + at, len - at);
            len += n;
        }
    }
    return len;
}

static void run_one(const struct target *target, uint64_t seed, uint64_t number)
{
    static uint8_t input[INPUT_MAX];
    rng = (seed + 1) * 0x9E3779B97F4A7C15u ^ (number + 1) * 0xD1B54A32D192ED03u;
    const size_t from = any((uint32_t)n_corpus);
    size_t len = corpus[from].len;
    memcpy(input, corpus[from].data, len);
    len = mutate(input, len);
    /* Of its own size, so that the sanitizer sees one byte too far. */
    uint8_t *exact = malloc(len > 0 ? len : 1);
    memcpy(exact, input, len);
    target->run(exact, len);
    free(exact);
}

int main(int argc, char **argv)
{
    uint64_t runs = 0, seed = 1, number = 0;
    long seconds = 0;
    int opt;
    const struct target *target = NULL;
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        for (size_t i = 0; i < N_TARGETS; i++)
            puts(TARGETS[i].name);
        return 0;
    }
    for (size_t i = 0; argc > 1 && i < N_TARGETS; i++)
        if (strcmp(TARGETS[i].name, argv[1]) == 0)
            target = &TARGETS[i];
    optind = 2;
    while (target != NULL && (opt = getopt(argc, argv, "n:t:s:")) != -1) {
        unsigned long long value = strtoull(optarg, NULL, 10);
        runs = opt == 'n' ? value : runs;
        seconds = opt == 't' ? (long)value : seconds;
        seed = opt == 's' ? value : seed;
    }
    for (int i = optind; target != NULL && i < argc; i++)
        read_corpus(argv[i], target->is_raw);
    if (target == NULL || n_corpus == 0) {
        fputs("fuzz TARGET [-n RUNS] [-t SECONDS] [-s SEED] FILE…\n", stderr);
        return 2;
    }
    time_t end = time(NULL) + seconds;
    for (; seconds > 0 ? time(NULL) < end : number < runs; number++) {
        /* Said before, so that a crash has it as the last line. */
        if (number % 1000 == 0) {
            fprintf(stderr, "%s: seed %llu, runs from %llu\n", target->name,
                    (unsigned long long)seed, (unsigned long long)number);
        }
        run_one(target, seed, number);
    }
    printf("ok %s: %llu runs, seed %llu, corpus of %zu\n", target->name, (unsigned long long)number,
           (unsigned long long)seed, n_corpus);
    for (size_t i = 0; i < n_corpus; i++)
        free(corpus[i].data);
    return 0;
}
