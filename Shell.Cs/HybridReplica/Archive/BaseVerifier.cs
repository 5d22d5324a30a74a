using HybridReplica.Core;

namespace HybridReplica;

/// <summary>Reads a base, every byte of it, and compares it with what the manifest says.</summary>
/// <param name="files">The files of the archive.</param>
/// <param name="progress">Hears of what is read.</param>
sealed class BaseVerifier(ArchiveFolderAccess files, VerifyProgress progress)
{
    const int RoomForTheRest = 256 << 10;

    /// <summary>What is wrong with it, or worth saying. Neither: nothing.</summary>
    /// <exception cref="ArchiveException">The file cannot be read.</exception>
    public (BaseDamage? Damage, ArchiveRemark? Remark) Verify(ArchiveBase listed)
    {
        using var file = files.TryOpen(listed.File);
        if (file is null)
            return (BaseDamage.Missing, null);

        using var stream = new ChecksumStream(file, progress);
        var options = new RdbReaderOptions { Look = RdbLook.Skip, KeepWhatCameBefore = true };
        var result = RdbReader.Read(stream, static _ => { }, options, progress.CancellationToken);
        stream.ReadToEnd(new byte[RoomForTheRest]);

        var damage =
            file.Length != listed.Size ? BaseDamage.NewWrongSize(listed.Size, file.Length)
            : stream.Checksum != listed.Checksum ? BaseDamage.NewWrongChecksum(listed.Checksum, stream.Checksum)
            : null;
        return (damage, result.Fault) switch
        {
            // It is what was archived: only its meaning is not known here.
            (null, { } fault) when IsUnknown(fault.Trouble) => (null, ArchiveRemark.NewNotReadable(listed.File, fault)),
            (_, { } fault) when !IsUnknown(fault.Trouble) => (BaseDamage.NewUnreadable(fault), null),
            _ => (damage, null),
        };
    }

    // What a newer server may have saved, and what does not fit into memory.
    static bool IsUnknown(RdbTrouble trouble) =>
        trouble
            is { IsFutureVersion: true }
                or { IsUnknownOpcode: true }
                or { IsUnknownType: true }
                or { IsRefused: true }
                or { IsTooLarge: true };
}
