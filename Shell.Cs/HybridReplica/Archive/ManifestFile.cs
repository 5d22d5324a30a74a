using System.Text;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>
/// The manifest of an archive, which is replaced as a whole: whatever ends the process or the machine, the folder holds
/// either the one before or the new one.
/// </summary>
/// <remarks>Its text is one character for each byte. All exceptions are those that <see cref="FileTroubles"/> knows.
/// </remarks>
/// <param name="folder">The full path of the folder of the archive.</param>
/// <param name="name">What the names of its files begin with.</param>
sealed class ManifestFile(string folder, string name)
{
    readonly string _path = Path.Combine(folder, ArchiveNames.Manifest(name));
    readonly string _temporaryPath = Path.Combine(folder, ArchiveNames.TemporaryManifest(name));

    /// <summary>What it says. Null: there is none.</summary>
    public string? Read()
    {
        try
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes(_path));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes the next one to a file beside it, and syncs that to disk.</summary>
    public void WriteTemporary(string text)
    {
        using var file = File.OpenHandle(_temporaryPath, FileMode.Create, FileAccess.Write, FileShare.Read);
        RandomAccess.Write(file, Encoding.Latin1.GetBytes(text), fileOffset: 0);
        FileSync.Run(file);
    }

    /// <summary>Puts it into its place. The folder has to be synced behind that.</summary>
    public void Rename() => File.Move(_temporaryPath, _path, overwrite: true);
}
