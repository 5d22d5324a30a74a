namespace HybridReplica.Core

open System

/// Times as people read them. Nothing here looks at a clock.
[<RequireQualifiedAccess>]
module UnixTime =

    let private millisecondsPerDay = 86400000L

    // 1970-01-01, counted from 0001-01-01.
    let private epoch = 719162L

    // 9999-12-31.
    let private lastDay = 3652058L

    /// Milliseconds of unix time as ISO 8601 in UTC: `2026-03-01T12:00:00.250Z`. What lies outside of the years 1 to
    /// 9999 is shown as the nearest day inside.
    [<CompiledName "Text">]
    let text (milliseconds: int64) : string =
        let days =
            (milliseconds - (if milliseconds < 0L then millisecondsPerDay - 1L else 0L))
            / millisecondsPerDay

        let rest = milliseconds - days * millisecondsPerDay
        let day = DateOnly.FromDayNumber(int (min lastDay (max 0L (days + epoch))))
        let hour, minute = rest / 3600000L, rest / 60000L % 60L
        let second, millisecond = rest / 1000L % 60L, rest % 1000L
        $"%04d{day.Year}-%02d{day.Month}-%02d{day.Day}T%02d{hour}:%02d{minute}:%02d{second}.%03d{millisecond}Z"
