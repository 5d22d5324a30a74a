using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// One thing found in an RDB: what its <see cref="Kind"/> says, and nothing else has a meaning. It is borrowed until
/// the next one is asked for: a reading has one instance, which is always the newest.
/// </summary>
public sealed class RdbEvent
{
    readonly RdbFeed _feed;

    internal RdbEvent(RdbFeed feed) => _feed = feed;

    /// <summary>What it is.</summary>
    public RdbTokenKind Kind => _feed.Token.Kind;

    /// <summary>
    /// The bytes of the text, or of the part of it that is here. A number stored as one is written in decimal digits.
    /// </summary>
    public ReadOnlySpan<byte> Text => _feed.Text;

    /// <inheritdoc cref="RdbToken.IsNumber"/>
    public bool IsNumber => _feed.Token.IsNumber;

    /// <summary>See the kind. A text that is stored as a number is this number too.</summary>
    public long Number => _feed.Token.Number;

    /// <summary>See the kind.</summary>
    public long Second => _feed.Token.Second;

    /// <summary>See the kind.</summary>
    public long Third => _feed.Token.Third;

    /// <summary>A number with a fraction, or infinite, or none.</summary>
    public double Score => _feed.Token.Score;

    /// <summary>The id of an entry of a stream.</summary>
    public StreamId Id => _feed.Token.Id;

    /// <summary>When a pending entry was delivered last, in milliseconds since 1970.</summary>
    public long Time => _feed.Token.Time;

    /// <summary>How often a pending entry was delivered.</summary>
    public long Count => _feed.Token.Count;

    /// <summary>What the module is called whose number this is.</summary>
    public ModuleId Module => _feed.Token.Module;

    /// <summary>Whether the text begins here. A text that comes whole begins and ends at once.</summary>
    public bool IsFirst => _feed.Token.IsFirst;

    /// <summary>Whether the text ends here.</summary>
    public bool IsLast => _feed.Token.IsLast;

    /// <summary>
    /// The length in bytes of the whole text, known from its first part on. Of <see cref="RdbTokenKind.Raw"/> it is not
    /// known: zero.
    /// </summary>
    public long Total => _feed.Token.Total;

    /// <summary>How many bytes of the RDB were read so far, with this.</summary>
    public long Offset => _feed.Scan.Offset;

    /// <summary>The version that the head names.</summary>
    public RdbVersion Version => _feed.Scan.Version;

    /// <summary>
    /// At <see cref="RdbTokenKind.Ended"/>: what the checksum says. A wrong one is a fault, and no event.
    /// </summary>
    public RdbVerdict Verdict => _feed.Scan.Verdict;

    /// <summary>How many entries were read to their end.</summary>
    public long Entries => _feed.Scan.Entries;

    /// <summary>The database that the entry is in.</summary>
    public int Database => _feed.Scan.Database;

    /// <summary>How the value of the entry is stored. Null: outside of entries.</summary>
    public RdbValueType? ValueType => _feed.Scan.ValueType;

    /// <summary>
    /// How the value of the entry is stored, in the words of <c>OBJECT ENCODING</c>; strings are <c>int</c>,
    /// <c>raw</c>, or <c>lzf</c> when they are compressed. Null: outside of entries.
    /// </summary>
    public string? Encoding => _feed.Scan.Encoding;

    /// <summary>When the entry expires, in milliseconds since 1970. Null: never.</summary>
    public long? Expiry => _feed.Scan.Expiry is { IsSome: true, Value: var expiry } ? expiry : null;

    /// <summary>When the entry expires; what is later than .NET can tell is the latest it can. Null: never.</summary>
    public DateTimeOffset? ExpiresAt => Expiry is { } expiry ? TimeOf(expiry) : null;

    /// <summary>For how many seconds nobody had used the entry (LRU). Null: the server kept no count.</summary>
    public long? Idle => _feed.Scan.Idle is { IsSome: true, Value: var idle } ? idle : null;

    /// <summary>
    /// How often the entry is used, from 0 to 255 on a logarithmic scale (LFU). Null: the server kept no count.
    /// </summary>
    public int? Frequency => _feed.Scan.Frequency is { IsSome: true, Value: var frequency } ? frequency : null;

    /// <summary>Where in the RDB the entry begins, with what is said of it in front of its type.</summary>
    public long EntryOffset => _feed.Scan.EntryOffset;

    /// <summary>
    /// How closely the value of the entry will be looked at: to be set at <see cref="RdbTokenKind.EntryStarted"/>, for
    /// this entry alone. For each entry it begins as <see cref="RdbReaderOptions.Look"/>.
    /// </summary>
    public RdbLook Look
    {
        get => _feed.Look;
        set => _feed.Look = value;
    }

    static DateTimeOffset TimeOf(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            Math.Clamp(
                milliseconds,
                DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
                DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            )
        );
}
