/* A table of first bytes. */
#include "stream/foreign.h"

#include <string.h>

struct foreign_kind {
    const char *magic;
    size_t len;
    const char *is, *fix;
};

#define MAGIC(text) text, sizeof(text) - 1
static const char fix_utf16[] = "Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW";
static const char fix_export[] = "Export it as CSV or JSON lines, and use that";
static const char fix_unpack[] = "Unpack it and use the file in it";
static const char fix_sql[] = "Export the table as CSV or JSON (in phpMyAdmin: Export, Format CSV)";

static const struct foreign_kind kinds[] = {
    {MAGIC("\xff\xfe\0\0"),            "UTF-32, not UTF-8",                             "Convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW"},
    {MAGIC("\xff\xfe"),                "UTF-16, not UTF-8",                             fix_utf16                                        },
    {MAGIC("\xfe\xff"),                "UTF-16, not UTF-8",                             fix_utf16                                        },
    {MAGIC("PAR1"),                    "a Parquet file",                                fix_export                                       },
    {MAGIC("Obj\1"),                   "an Avro file",                                  fix_export                                       },
    {MAGIC("SQLite format 3"),         "an SQLite database",                            fix_export                                       },
    {MAGIC("PK\3\4"),                  "a zip archive (an Excel workbook is one, too)",
     "Unpack it, or save the sheet as CSV (UTF-8), and use that"                                                                         },
    {MAGIC("\xd0\xcf\x11\xe0"),        "an old Excel workbook",                         "Save the sheet as CSV, and use that"            },
    {MAGIC("BZh"),                     "packed with bzip2",                             fix_unpack                                       },
    {MAGIC("\xfd"
           "7zXZ"),
     "packed with xz",                                                                  fix_unpack                                       },
    {MAGIC("\x28\xb5\x2f\xfd"),        "packed with zstd",                              fix_unpack                                       },
    {MAGIC("\x04\x22\x4d\x18"),        "packed with lz4",                               fix_unpack                                       },
    {MAGIC("ORC"),                     "an ORC file",                                   fix_export                                       },
    {MAGIC("---\n"),                   "a YAML file",                                   fix_export                                       },
    {MAGIC("version https://git-lfs"), "a Git LFS pointer, not the file itself",
     "Fetch the file (git lfs pull), and use that"                                                                                       },
    {MAGIC("\x1f\x8b"),                "packed twice with gzip",                        fix_unpack                                       },
    {MAGIC("\x80\4\x95"),              "a Python pickle",                               fix_export                                       },
    {MAGIC("%PDF"),                    "a PDF document",                                fix_export                                       },
    {MAGIC("-- phpMyAdmin SQL Dump"),  "an SQL dump",                                   fix_sql                                          },
    {MAGIC("-- MySQL dump"),           "an SQL dump",                                   fix_sql                                          },
    {MAGIC("-- MariaDB dump"),         "an SQL dump",                                   fix_sql                                          },
    {MAGIC("/*M!"),                    "an SQL dump",                                   fix_sql                                          },
    {MAGIC("INSERT INTO"),             "an SQL dump",                                   fix_sql                                          },
    {MAGIC("<!DOCTYPE"),               "a web page",                                    fix_export                                       },
    {MAGIC("<!doctype"),               "a web page",                                    fix_export                                       },
    {MAGIC("<html"),                   "a web page",                                    fix_export                                       },
    {MAGIC("<?xml"),                   "an XML file",                                   fix_export                                       },
};
#undef MAGIC

/* Recognises UTF-16 without a byte order mark: each second byte of plain letters is NUL. Returns
 * the fix, or NULL when it is something else. */
static const char *bare_utf16(const char *bytes, size_t len)
{
    size_t n_even = 0, n_odd = 0, n = len < 64 ? len / 2 : 32;
    for (size_t i = 0; i < n; i++) {
        n_even += bytes[2 * i] == 0;
        n_odd += bytes[2 * i + 1] == 0;
    }
    if (n >= 4 && n_odd * 2 > n && n_even == 0)
        return "Convert it: iconv -f UTF-16LE -t UTF-8 FILE > NEW";
    if (n >= 4 && n_even * 2 > n && n_odd == 0)
        return "Convert it: iconv -f UTF-16BE -t UTF-8 FILE > NEW";
    return NULL;
}

static pt_code foreign_refuse_as(const char *shown, const char *is, const char *fix,
                                 struct pt_error *err)
{
    return pt_error_set(err, PT_ECONFIG, fix, "cannot replay %s: it is %s", shown, is);
}

pt_code foreign_refuse(const char *shown, const char *bytes, size_t len, struct pt_error *err)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (len >= kinds[i].len && memcmp(bytes, kinds[i].magic, kinds[i].len) == 0)
            return foreign_refuse_as(shown, kinds[i].is, kinds[i].fix, err);
    const char *fix = bare_utf16(bytes, len);
    return fix ? foreign_refuse_as(shown, "UTF-16, not UTF-8", fix, err) : PT_OK;
}
