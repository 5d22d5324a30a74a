using System.Runtime.InteropServices;

namespace HybridReplica;

/// <summary>Tells files from what only looks like one. .NET does not, so the C library is asked.</summary>
static partial class FileKind
{
    const int CurrentFolder = -100; // AT_FDCWD
    const uint Type = 1; // STATX_TYPE
    const int StatxLength = 256;
    const int ModeOffset = 28;
    const int TypeMask = 0xF000; // S_IFMT
    const int Regular = 0x8000; // S_IFREG

    /// <summary>
    /// Whether the path leads to a device, a socket or a named pipe. A rename would put a file in its place, and
    /// /dev/null would be a snapshot from then on. Where this cannot be found out, the answer is no.
    /// </summary>
    public static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux())
            return false;

        var found = new byte[StatxLength];
        return Statx(CurrentFolder, path, flags: 0, Type, found) == 0 && (ModeOf(found) & TypeMask) != Regular;
    }

    // The kernel writes in the order of the processor's bytes.
    static int ModeOf(byte[] found) => MemoryMarshal.Read<ushort>(found.AsSpan(ModeOffset));

    // The layout of its answer is the same on all processors, unlike that of stat (statx(2)).
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] found);
}
