using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What came of the reading of an RDB.</summary>
/// <param name="Version">Its format. Null: it could not even be told.</param>
/// <param name="Verdict">What its checksum says. Null: the reading did not get that far.</param>
/// <param name="Entries">How many entries were read to their end.</param>
/// <param name="Bytes">How many bytes were read: the size of the RDB, if nothing was wrong with it.</param>
/// <param name="TrailingBytes">
/// How many bytes follow the RDB, such as the commands of an AOF that begins with one. Null: not known, because the
/// stream cannot say, or the end was not reached.
/// </param>
/// <param name="Fault">
/// Why it could not be read further (<see cref="RdbReaderOptions.KeepWhatCameBefore"/>). Null: it was read to its end.
/// </param>
public sealed record RdbResult(
    RdbVersion? Version,
    RdbVerdict? Verdict,
    long Entries,
    long Bytes,
    long? TrailingBytes,
    RdbFault? Fault
);
