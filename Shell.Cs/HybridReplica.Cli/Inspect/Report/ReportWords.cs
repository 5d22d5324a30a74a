using System.Globalization;
using System.Text;
using HybridReplica.Core;

namespace HybridReplica.Cli.Inspect.Report;

/// <summary>How a report puts things.</summary>
static class ReportWords
{
    /// <summary>A number with its thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A time, for people.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Bytes that do nothing to a terminal.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes, bool isCut) => Shown(Encoding.Latin1.GetString(bytes), isCut);

    /// <summary>Bytes, each of them a character, that do nothing to a terminal.</summary>
    public static string Shown(string bytes, bool isCut) => Printable.Escape(bytes) + (isCut ? "..." : "");

    /// <summary>A text, cut to a width.</summary>
    public static string Fit(string text, int width) => text.Length <= width ? text : text[..(width - 3)] + "...";

    /// <summary>What the checksum says.</summary>
    public static string Checksum(RdbVerdict? verdict) =>
        verdict switch
        {
            RdbVerdict.Verified => "checksum verified",
            RdbVerdict.Unchecked => "it carries no checksum to verify",
            RdbVerdict.ChecksumMismatch => "wrong checksum",
            _ => "not read to its end",
        };

    /// <summary>The same for programs. Null: the end was not read.</summary>
    public static string? ChecksumName(RdbVerdict? verdict) =>
        verdict switch
        {
            RdbVerdict.Verified => "verified",
            RdbVerdict.Unchecked => "absent",
            RdbVerdict.ChecksumMismatch => "wrong",
            _ => null,
        };

    /// <summary>When keys expire.</summary>
    public static string Expiry(ExpiryClass expiry) =>
        expiry switch
        {
            ExpiryClass.Expired => "expired already",
            ExpiryClass.Hour => "within an hour",
            ExpiryClass.Day => "within a day",
            ExpiryClass.Week => "within a week",
            ExpiryClass.Month => "within 30 days",
            ExpiryClass.Later => "later",
            _ => "never",
        };

    /// <summary>What a field means, where its value does not say so. Null: it does, or nobody knows.</summary>
    public static string? Meaning(SnapshotField field) =>
        !long.TryParse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? null
            : field.Name switch
            {
                "ctime" when number <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() => Time(
                    DateTimeOffset.FromUnixTimeSeconds(number)
                ),
                "used-mem" => Summary.Bytes(number),
                _ => null,
            };
}
