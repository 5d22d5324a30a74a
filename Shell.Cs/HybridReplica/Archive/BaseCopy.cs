using HybridReplica.Core;

namespace HybridReplica;

/// <summary>A base on its way into a restored folder.</summary>
static class BaseCopy
{
    const int BufferSize = 1 << 20;

    /// <summary>The first bytes of a base, enough to tell what it is and who saved it.</summary>
    /// <exception cref="ArchiveException">It is not there, or is no snapshot.</exception>
    public static byte[] Head(ArchiveFolderAccess files, ArchiveBase source)
    {
        using var file = files.TryOpen(source.File) ?? throw Damaged(source, BaseDamage.Missing);
        var head = new byte[Limits.AuxiliaryFields];
        var length = file.Read(head, 0);
        head = head[..length];
        return RdbVersion.TryRead(head).IsSome
            ? head
            : throw Damaged(source, BaseDamage.NewNotVerified(RdbVerdict.NotRdb));
    }

    /// <summary>Copies a base, and compares it with what the manifest says.</summary>
    /// <param name="files">The files of the archive.</param>
    /// <param name="source">The base.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="count">Called for bytes that were read.</param>
    /// <exception cref="ArchiveException">It is not what was archived, or cannot be copied.</exception>
    public static void Run(ArchiveFolderAccess files, ArchiveBase source, RestoredFile target, Action<int> count)
    {
        using var file = files.TryOpen(source.File) ?? throw Damaged(source, BaseDamage.Missing);
        var size = file.Length;
        if (size != source.Size)
            throw Damaged(source, BaseDamage.NewWrongSize(source.Size, size));

        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var check = RdbCheck.empty;
        for (long at = 0; at < size; )
        {
            var read = file.Read(buffer, at);
            if (read == 0)
                throw Damaged(source, BaseDamage.NewWrongSize(source.Size, at));

            var bytes = buffer.AsSpan(0, read);
            check = RdbCheck.advance(check, bytes);
            target.Write(bytes);
            at += read;
            count(read);
        }

        if (check.BodyChecksum != source.Checksum)
            throw Damaged(source, BaseDamage.NewWrongChecksum(source.Checksum, check.BodyChecksum));
        if (RdbCheck.conclude(check) is { IsVerified: false, IsUnchecked: false } verdict)
            throw Damaged(source, BaseDamage.NewNotVerified(verdict));
    }

    static ArchiveException Damaged(ArchiveBase source, BaseDamage damage) =>
        new(ArchiveFault.NewBaseDamaged(source.File, damage));
}
