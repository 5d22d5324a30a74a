using HybridReplica.Core;

namespace HybridReplica;

/// <summary>How an RDB is read.</summary>
/// <remarks>They are looked at when a reading begins, and should not be changed while it goes on.</remarks>
public sealed class RdbReaderOptions
{
    /// <summary>
    /// How closely the values are looked at. <see cref="RdbEvent.Look"/> chooses for a single entry. Default: what they
    /// mean.
    /// </summary>
    public RdbLook Look { get; set; } = RdbLook.Typed;

    /// <summary>
    /// Texts of values longer than this, in bytes, come in parts, unless they are compressed. Default: 64 KiB.
    /// </summary>
    public int PartsAbove { get; set; } = 64 << 10;

    /// <summary>
    /// The most memory for one thing that has to be there as a whole, in bytes: a key, a compressed string, or a packed
    /// container. What is larger ends the reading (<see cref="RdbTrouble.TooLarge"/>). Default: 1 GiB, twice what a
    /// server lets its clients send as one string (<c>proto-max-bulk-len</c>).
    /// </summary>
    public int Limit { get; set; } = 1 << 30;

    /// <summary>
    /// When whole entries are read: values larger than this, in bytes, come in parts, each of whole elements. What a
    /// stream says behind its entries comes at once, its groups and all that is pending in them. Default: 1 MiB.
    /// </summary>
    public int EntryLimit { get; set; } = 1 << 20;

    /// <summary>
    /// What happens when the RDB cannot be read further. False: <see cref="RdbException"/> is thrown. True: the reading
    /// ends there, and <see cref="RdbResult.Fault"/> says why. Default: false.
    /// </summary>
    public bool KeepWhatCameBefore { get; set; }

    /// <summary>Hears how many bytes were read, a few times a second and at the end, if set.</summary>
    public IProgress<long>? Progress { get; set; }

    /// <summary>How many bytes are read at once. Default: 256 KiB.</summary>
    public int BufferSize { get; set; } = 256 << 10;

    /// <summary>
    /// The same, to read whole entries: their texts are cut nowhere else than where the entries are.
    /// </summary>
    internal RdbReaderOptions ForEntries() =>
        new()
        {
            PartsAbove = EntryLimit,
            Limit = Limit,
            EntryLimit = EntryLimit,
            KeepWhatCameBefore = KeepWhatCameBefore,
            Progress = Progress,
            BufferSize = BufferSize,
            Gathers = true,
        };

    // Whether texts that come in parts are put together.
    internal bool Gathers { get; private init; }

    /// <exception cref="ArgumentException">One of them cannot be used.</exception>
    internal RdbReaderOptions Checked()
    {
        if (!Enum.IsDefined(Look))
            throw new ArgumentException($"There is no look {(int)Look}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(PartsAbove, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, Array.MaxLength);
        ArgumentOutOfRangeException.ThrowIfLessThan(EntryLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BufferSize, 1);
        return this;
    }
}
