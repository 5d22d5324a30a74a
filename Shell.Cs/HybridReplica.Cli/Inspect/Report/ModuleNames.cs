namespace HybridReplica.Cli.Inspect.Report;

/// <summary>What modules call themselves.</summary>
static class ModuleNames
{
    const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const int NameLength = 9;
    const int CharacterBits = 6;
    const int VersionBits = 10;

    /// <summary>The name in the id of a module's type (<c>moduleTypeNameByID</c>, 7.0.15).</summary>
    public static string Of(ulong id) =>
        string.Create(
            NameLength,
            id >> VersionBits,
            static (name, left) =>
            {
                for (var index = NameLength - 1; index >= 0; index--)
                {
                    name[index] = Characters[(int)(left % (1 << CharacterBits))];
                    left >>= CharacterBits;
                }
            }
        );
}
