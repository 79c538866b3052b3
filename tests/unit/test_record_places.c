/* Where synthetic posts are made: held against countries' extents and cities' positions that were
 * written down apart from the table the writer uses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "stream/record.h"
#include "stream/record_vocab.h"

/* A country's main land in whole degrees, rounded outward. */
struct extent {
    const char *country;
    int south, north, west, east;
};
static const struct extent extents[] = {
    {"Argentina",                -53, -21, -74,  -53},
    {"Australia",                -40, -10, 113,  154},
    {"Austria",                  46,  50,  9,    18 },
    {"Bangladesh",               20,  27,  88,   93 },
    {"Belgium",                  49,  52,  2,    7  },
    {"Bolivia",                  -23, -9,  -70,  -57},
    {"Brazil",                   -34, 6,   -75,  -34},
    {"Bulgaria",                 41,  45,  22,   29 },
    {"Cambodia",                 10,  15,  102,  108},
    {"Cameroon",                 1,   14,  8,    17 },
    {"Canada",                   41,  73,  -142, -55},
    {"Chile",                    -54, -17, -76,  -67},
    {"China",                    20,  54,  73,   135},
    {"Colombia",                 -5,  13,  -80,  -66},
    {"Cote d'Ivoire",            4,   11,  -9,   -2 },
    {"Croatia",                  42,  47,  13,   20 },
    {"Czech Republic",           48,  52,  12,   19 },
    {"Denmark",                  54,  58,  8,    13 },
    {"Ecuador",                  -6,  2,   -82,  -75},
    {"Egypt",                    21,  32,  24,   37 },
    {"Ethiopia",                 3,   15,  32,   48 },
    {"Finland",                  59,  71,  20,   32 },
    {"France",                   41,  52,  -6,   10 },
    {"Germany",                  47,  55,  5,    16 },
    {"Ghana",                    4,   12,  -4,   2  },
    {"Greece",                   36,  42,  19,   27 },
    {"Hungary",                  45,  49,  16,   23 },
    {"Iceland",                  63,  67,  -25,  -13},
    {"India",                    8,   36,  68,   98 },
    {"Indonesia",                -10, 6,   95,   141},
    {"Iran",                     25,  40,  44,   64 },
    {"Ireland",                  51,  56,  -11,  -5 },
    {"Italy",                    37,  48,  6,    19 },
    {"Japan",                    31,  46,  129,  146},
    {"Jordan",                   29,  34,  34,   40 },
    {"Kenya",                    -5,  6,   33,   42 },
    {"Madagascar",               -26, -11, 43,   51 },
    {"Malaysia",                 0,   8,   100,  120},
    {"Mexico",                   14,  33,  -118, -86},
    {"Mongolia",                 41,  53,  87,   120},
    {"Morocco",                  27,  36,  -14,  -1 },
    {"Mozambique",               -27, -10, 30,   41 },
    {"Namibia",                  -29, -16, 11,   26 },
    {"Nepal",                    26,  31,  80,   89 },
    {"Netherlands",              50,  54,  3,    8  },
    {"New Zealand",              -47, -34, 166,  179},
    {"Nigeria",                  4,   14,  2,    15 },
    {"Norway",                   57,  72,  4,    32 },
    {"Pakistan",                 23,  38,  60,   78 },
    {"Paraguay",                 -28, -19, -63,  -54},
    {"Peru",                     -19, 0,   -82,  -68},
    {"Philippines",              5,   19,  117,  127},
    {"Poland",                   48,  55,  14,   25 },
    {"Portugal",                 36,  43,  -10,  -6 },
    {"Romania",                  43,  49,  20,   30 },
    {"Saudi Arabia",             16,  33,  34,   56 },
    {"Senegal",                  12,  17,  -18,  -11},
    {"Slovakia",                 47,  50,  16,   23 },
    {"South Africa",             -35, -22, 16,   33 },
    {"South Korea",              34,  39,  126,  130},
    {"Spain",                    36,  44,  -10,  4  },
    {"Sri Lanka",                5,   10,  79,   82 },
    {"Sweden",                   55,  70,  11,   25 },
    {"Switzerland",              45,  48,  5,    11 },
    {"Tanzania",                 -12, 0,   29,   41 },
    {"Thailand",                 5,   21,  97,   106},
    {"Tunisia",                  30,  38,  7,    12 },
    {"Turkey",                   35,  43,  26,   45 },
    {"Uganda",                   -2,  5,   29,   36 },
    {"Ukraine",                  44,  53,  22,   41 },
    {"United Kingdom",           49,  59,  -7,   2  },
    {"United States of America", 24,  50,  -125, -66},
    {"Uruguay",                  -35, -30, -59,  -53},
    {"Uzbekistan",               37,  46,  55,   74 },
    {"Venezuela",                0,   13,  -74,  -59},
    {"Vietnam",                  8,   24,  102,  110},
    {"Zambia",                   -19, -8,  21,   34 },
    {"Zimbabwe",                 -23, -15, 25,   34 },
};

/* Cities and waters. Only their own country may have a box there; NULL: no country of ours. */
struct spot {
    const char *country;
    double latitude, longitude;
};
static const struct spot spots[] = {
    {"Argentina",                -34.60, -58.38 },
    {"Uruguay",                  -34.90, -56.16 },
    {"Paraguay",                 -25.26, -57.58 },
    {"Brazil",                   -15.79, -47.88 },
    {"Bolivia",                  -16.49, -68.12 },
    {"Chile",                    -33.45, -70.67 },
    {"Peru",                     -12.05, -77.04 },
    {"Ecuador",                  -0.18,  -78.47 },
    {"Colombia",                 4.71,   -74.07 },
    {"Venezuela",                10.48,  -66.90 },
    {"Mexico",                   25.69,  -100.32},
    {"Mexico",                   19.43,  -99.13 },
    {"Canada",                   42.31,  -83.04 },
    {"Canada",                   49.28,  -123.12},
    {"Canada",                   45.50,  -73.57 },
    {"United States of America", 39.74,  -104.99},
    {"United States of America", 46.79,  -92.10 },
    {"France",                   48.58,  7.75   },
    {"Switzerland",              46.20,  6.14   },
    {"Switzerland",              46.95,  7.45   },
    {NULL,                       49.61,  6.13   }  /* Luxembourg */,
    {NULL,                       47.14,  9.52   }  /* Vaduz */,
    {NULL,                       41.90,  12.453 },
    {"Belgium",                  50.85,  4.35   },
    {"Netherlands",              52.37,  4.90   },
    {"Germany",                  50.11,  8.68   },
    {"Austria",                  48.21,  16.37  },
    {"Slovakia",                 48.15,  17.11  },
    {"Hungary",                  47.50,  19.04  },
    {NULL,                       46.06,  14.51  }  /* Ljubljana */,
    {"Croatia",                  45.81,  15.98  },
    {NULL,                       44.82,  20.46  },
    {"Romania",                  44.43,  26.10  },
    {"Bulgaria",                 42.70,  23.32  },
    {NULL,                       42.00,  21.43  }  /* Skopje */,
    {"Greece",                   37.98,  23.73  },
    {"Turkey",                   41.01,  28.98  },
    {"Ukraine",                  50.45,  30.52  },
    {NULL,                       47.01,  28.86  }  /* Chisinau */,
    {"Poland",                   52.23,  21.01  },
    {NULL,                       54.69,  25.28  },
    {NULL,                       54.71,  20.45  }  /* Kaliningrad */,
    {"Denmark",                  55.68,  12.57  },
    {"Sweden",                   55.60,  13.00  },
    {"Norway",                   59.91,  10.75  },
    {"Finland",                  60.17,  24.94  },
    {NULL,                       54.60,  -5.93  }  /* Belfast */,
    {"Ireland",                  53.35,  -6.26  },
    {"United Kingdom",           51.48,  -3.18  },
    {"Portugal",                 38.72,  -9.14  },
    {"Spain",                    40.42,  -3.70  },
    {"Morocco",                  34.02,  -6.84  },
    {NULL,                       36.75,  3.06   }  /* Algiers */,
    {"Tunisia",                  36.81,  10.18  },
    {"Egypt",                    30.04,  31.24  },
    {"Jordan",                   31.95,  35.93  },
    {NULL,                       33.51,  36.29  }  /* Damascus */,
    {NULL,                       33.31,  44.37  }  /* Baghdad */,
    {"Saudi Arabia",             24.71,  46.68  },
    {"Iran",                     35.69,  51.39  },
    {NULL,                       25.20,  55.27  }  /* Dubai */,
    {"Pakistan",                 33.68,  73.05  },
    {NULL,                       34.56,  69.21  }  /* Kabul */,
    {"India",                    28.61,  77.21  },
    {"Nepal",                    27.72,  85.32  },
    {"Bangladesh",               23.81,  90.41  },
    {"Sri Lanka",                6.93,   79.86  },
    {"Uzbekistan",               41.30,  69.24  },
    {NULL,                       37.96,  58.33  }  /* Ashgabat */,
    {"China",                    39.90,  116.41 },
    {"Mongolia",                 47.89,  106.91 },
    {"South Korea",              37.57,  126.98 },
    {NULL,                       39.04,  125.76 },
    {"Japan",                    35.68,  139.69 },
    {"Vietnam",                  21.03,  105.85 },
    {NULL,                       17.98,  102.63 }  /* Vientiane */,
    {"Cambodia",                 11.56,  104.92 },
    {"Thailand",                 13.76,  100.50 },
    {NULL,                       1.35,   103.82 },
    {"Malaysia",                 3.14,   101.69 },
    {"Philippines",              14.60,  120.98 },
    {"Indonesia",                -6.21,  106.85 },
    {NULL,                       13.45,  -16.58 }  /* Banjul */,
    {NULL,                       11.86,  -15.60 }  /* Bissau */,
    {"Ghana",                    5.60,   -0.19  },
    {NULL,                       6.13,   1.22   }  /* Lome */,
    {"Nigeria",                  9.06,   7.49   },
    {"Cameroon",                 3.85,   11.50  },
    {"Ethiopia",                 9.03,   38.74  },
    {"Kenya",                    -1.29,  36.82  },
    {"Uganda",                   0.35,   32.58  },
    {NULL,                       -1.94,  30.06  }  /* Kigali */,
    {"Tanzania",                 -6.16,  35.75  },
    {NULL,                       -1.00,  33.00  }  /* Lake Victoria */,
    {"Zambia",                   -15.39, 28.32  },
    {"Zimbabwe",                 -17.83, 31.05  },
    {NULL,                       -24.63, 25.92  }  /* Gaborone */,
    {"Mozambique",               -25.97, 32.57  },
    {NULL,                       -29.32, 27.48  }  /* Maseru */,
    {"South Africa",             -26.20, 28.05  },
    {"Namibia",                  -22.56, 17.08  },
    {"Madagascar",               -18.88, 47.51  },
    {"Australia",                -35.28, 149.13 },
    {"New Zealand",              -41.29, 174.78 },
    {NULL,                       41.00,  51.00  }  /* Caspian Sea */,
    {NULL,                       43.00,  34.00  }  /* Black Sea */,
    {NULL,                       40.00,  5.00   }  /* Mediterranean */,
    {NULL,                       59.00,  -86.00 }  /* Hudson Bay */,
    {NULL,                       25.00,  -90.00 }  /* Gulf of Mexico */,
    {NULL,                       -14.00, 140.00 },
    {NULL,                       0.00,   0.00   },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct extent *extent_of(const char *country)
{
    for (size_t i = 0; i < COUNT(extents); i++)
        if (strcmp(extents[i].country, country) == 0)
            return &extents[i];
    fail_msg("%s is not a country", country);
    return NULL;
}

static bool is_named(const struct vocab_box *box, const char *country)
{
    return country && strlen(country) == box->country.len &&
           memcmp(country, box->country.text, box->country.len) == 0;
}

static bool is_in_box(const struct vocab_box *box, double latitude, double longitude)
{
    return latitude * 10 >= box->south && latitude * 10 <= box->north &&
           longitude * 10 >= box->west && longitude * 10 <= box->east;
}

static void boxes_lie_in_their_countries(void **state)
{
    (void)state;
    for (size_t i = 0; i < VOCAB_BOXES; i++) {
        const struct vocab_box *box = &vocab_boxes[i];
        char country[32] = "";
        memcpy(country, box->country.text, box->country.len);
        const struct extent *extent = extent_of(country);
        assert_true(box->south < box->north && box->west < box->east);
        assert_true(box->south >= extent->south * 10 && box->north <= extent->north * 10);
        assert_true(box->west >= extent->west * 10 && box->east <= extent->east * 10);
    }
}

static void no_box_holds_a_place_elsewhere(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(spots); s++)
        for (size_t i = 0; i < VOCAB_BOXES; i++)
            if (is_in_box(&vocab_boxes[i], spots[s].latitude, spots[s].longitude) &&
                !is_named(&vocab_boxes[i], spots[s].country))
                fail_msg("box %zu of %.31s holds %.2f %.2f", i, vocab_boxes[i].country.text,
                         spots[s].latitude, spots[s].longitude);
}

static void months_are_the_calendar(void **state)
{
    (void)state;
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int i = 0; i < VOCAB_MONTHS; i++) {
        int year = 2015 + i / 12, month = i % 12;
        const char expected[8] = {'2',
                                  '0',
                                  (char)('0' + year / 10 % 10),
                                  (char)('0' + year % 10),
                                  '-',
                                  (char)('0' + (month + 1) / 10),
                                  (char)('0' + (month + 1) % 10),
                                  '-'};
        assert_memory_equal(vocab_months[i].text, expected, sizeof(expected));
        assert_int_equal(vocab_months[i].days, days[month] + (month == 1 && year % 4 == 0));
    }
}

/* One post: inside a box of the country it names; which one is marked. */
static void check_post(const char *raw, size_t len, bool was_seen[VOCAB_BOXES])
{
    cJSON *json = cJSON_ParseWithLength(raw, len);
    assert_non_null(json);
    const cJSON *country = cJSON_GetObjectItem(json, "country");
    double latitude = cJSON_GetNumberValue(cJSON_GetObjectItem(json, "latitude"));
    double longitude = cJSON_GetNumberValue(cJSON_GetObjectItem(json, "longitude"));
    bool is_found = false;
    assert_true(cJSON_IsString(country));
    for (size_t i = 0; i < VOCAB_BOXES; i++)
        if (is_named(&vocab_boxes[i], country->valuestring) &&
            is_in_box(&vocab_boxes[i], latitude, longitude))
            was_seen[i] = is_found = true;
    if (!is_found)
        fail_msg("%.*s", (int)len, raw);
    cJSON_Delete(json);
}

static void posts_are_made_where_they_say(void **state)
{
    (void)state;
    bool was_seen[VOCAB_BOXES] = {false};
    struct record_gen gen;
    record_gen_init(&gen, 100, 0);
    for (uint64_t i = 0; i < 50000; i++) {
        char out[RECORD_MAX_BYTES];
        check_post(out, record_write(&gen, PT_GEO, i, out), was_seen);
    }
    for (size_t i = 0; i < VOCAB_BOXES; i++)
        assert_true(was_seen[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_lie_in_their_countries),
        cmocka_unit_test(no_box_holds_a_place_elsewhere),
        cmocka_unit_test(months_are_the_calendar),
        cmocka_unit_test(posts_are_made_where_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
